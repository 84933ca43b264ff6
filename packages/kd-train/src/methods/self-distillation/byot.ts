import { add, mean, mul, type Scalar, sub, type Tensor2D } from '@tensorflow/tfjs-core';
import { crossEntropy, exitFeatureLoss, hintonLoss, type NetworkPart, requireArgument } from 'kd-core';
import { bounded } from '../../schedules/bounded.ts';
import type { Schedule } from '../../schedules/schedule.ts';
import type { Method, NetworkShapes } from '../method.ts';
import { partCollection } from '../part-collection.ts';
import { shallowExit } from './shallow-exit.ts';

export interface ByotOptions {
  /** Maps of the student from shallow to deep, at least two: an exit for each but the last, whose size the exits come to. */
  readonly taps: readonly string[];
  /** Softens the logits of the student and of its exits, above 0. Default 3. */
  readonly temperature?: number | Schedule;
  /** Share of the student's own soft targets in the loss, in [0, 1]; the labels have the rest. Default 0.1. */
  readonly alpha?: number | Schedule;
  /** Weight of the features, a sum over all elements, at least 0. Default 1e-6. */
  readonly beta?: number | Schedule;
}

/**
 * Be your own teacher (BYOT): exits in the middle of the student, which are trained along and dropped in the end, learn the
 * labels, the softened answer of the whole student and the vector that it is read from; their gradients shape the stages below.
 * `(1 - alpha) * sum of cross entropies + alpha * sum over exits of T^2 KL + beta * sum over exits of squared differences`. It
 * brings the labels along and needs no teacher. Terms: `crossEntropy` of the student, `exits` (their cross entropies),
 * `divergence` and `feature`, each summed over exits. Zhang et al., 2019, arXiv:1905.08094.
 * `init` throws `SHAPE_MISMATCH` for taps that are no maps or no multiples of the last one.
 */
export function byot({ taps, temperature = 3, alpha = 0.1, beta = 1e-6 }: ByotOptions): Method {
  requireArgument(
    taps.length >= 2,
    () => `taps must be at least two maps of the student, from shallow to deep, got ${taps.length}.`,
  );
  const exitTaps = taps.slice(0, -1);
  const lastTap = taps.at(-1)!;
  const partsFor = ({
    taps: shapes,
    classes,
  }: Pick<NetworkShapes, 'taps' | 'classes'>): Record<string, NetworkPart> =>
    Object.fromEntries(
      exitTaps.flatMap((tap) => {
        const lastShape = shapes[lastTap]!;
        const exit = shallowExit({ tap, shape: shapes[tap]!, lastTap, lastShape, classes });
        return [
          [bottleneckOf(tap), exit.bottleneck],
          [classifierOf(tap), exit.classifier],
        ];
      }),
    );
  return {
    name: 'byot',
    config: { name: 'byot', taps },
    scalars: {
      temperature: bounded(temperature, 'temperature', { above: 0 }),
      alpha: bounded(alpha, 'alpha', { minimum: 0, maximum: 1 }),
      beta: bounded(beta, 'beta', { minimum: 0 }),
    },
    requires: { student: taps, teachers: [] },
    init: (key, { student }) => partCollection(partsFor(student)).init(key),
    macs: ({ student, batchSize = 1 }) =>
      batchSize * Object.values(partsFor(student)).reduce((total, part) => total + part.description.macs, 0),
    loss({ student, labels, mixed, scalars, variables }) {
      const { logits } = student;
      const shapes = Object.fromEntries(taps.map((tap) => [tap, student.taps[tap]!.shape.slice(1)]));
      const pass = partCollection(partsFor({ taps: shapes, classes: logits.shape[1] })).pass(variables);
      const finalFeature = mean(student.taps[lastTap]!, [1, 2]);
      const exits = exitTaps.map((tap) => {
        const exitFeature = pass.run(bottleneckOf(tap), student.taps[tap]!);
        const studentLogits = pass.run(classifierOf(tap), exitFeature) as Tensor2D;
        return {
          hard: crossEntropy({ logits: studentLogits, labels, mixed }),
          soft: hintonLoss({ studentLogits, teacherLogits: logits, temperature: scalars.temperature! }),
          feature: exitFeatureLoss({ exitFeature, finalFeature }),
        };
      });
      const terms = {
        crossEntropy: crossEntropy({ logits, labels, mixed }),
        exits: total(exits.map(({ hard }) => hard)),
        divergence: total(exits.map(({ soft }) => soft)),
        feature: total(exits.map(({ feature }) => feature)),
      };
      const hard = mul(add(terms.crossEntropy, terms.exits), sub(1, scalars.alpha!));
      const soft = mul(terms.divergence, scalars.alpha!);
      return {
        total: total([hard, soft, mul(terms.feature, scalars.beta!)] as Scalar[]),
        terms,
        state: pass.state(),
      };
    },
  };
}

const bottleneckOf = (tap: string): string => `${tap}.bottleneck`;
const classifierOf = (tap: string): string => `${tap}.classifier`;

function total(values: readonly Scalar[]): Scalar {
  return values.reduce((sofar, value) => add(sofar, value));
}
