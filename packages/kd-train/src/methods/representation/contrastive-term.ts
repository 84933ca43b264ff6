import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import {
  type ContrastiveMemory,
  contrastiveRepresentationLoss,
  HostTensor,
  KdError,
  type ModelVariables,
  type NetworkPart,
  type PrngKey,
  randomUniform,
  requireArgument,
  type SampleTable,
  splitKey,
  type Tree,
} from 'kd-core';
import type { MethodContext, MethodShapes } from '../method.ts';
import { contrastiveHead } from './contrastive-head.ts';

export interface ContrastiveTermSettings {
  readonly studentTap: string;
  readonly teacherTap: string;
  readonly dimension: number;
  readonly temperature: number;
  readonly momentum: number;
  readonly variant: 'reference' | 'paper';
}

/** Contrast with one teacher: two heads, and what is remembered of all samples. */
export interface ContrastiveTerm {
  /** Throws `SHAPE_MISMATCH` for taps that are no vectors. */
  init(key: PrngKey, shapes: MethodShapes): ModelVariables<HostTensor>;
  macs(shapes: MethodShapes): number;
  loss(context: MethodContext): { readonly loss: Scalar; readonly state: Tree<Tensor> };
}

type Networks<T> = { readonly student: T; readonly teacher: T };

export function contrastiveTerm(teacher: number, settings: ContrastiveTermSettings): ContrastiveTerm {
  const { studentTap, teacherTap, dimension, temperature, momentum, variant } = settings;
  const headsFor = (student: readonly number[], theirs: readonly number[]): Networks<NetworkPart> => {
    const head = (whose: string, tap: string, shape: readonly number[]): NetworkPart => {
      if (shape.length !== 1) {
        throw new KdError(
          'SHAPE_MISMATCH',
          `Contrast reads vectors, but the tap '${tap}' of ${whose} has shape [${shape.join(', ')}]. Choose the tap before the classifier, as 'pooled'.`,
        );
      }
      return contrastiveHead({ name: `the contrastive head of ${whose}`, features: shape[0]!, dimension });
    };
    return {
      student: head('the student', studentTap, student),
      teacher: head(`teacher ${teacher}`, teacherTap, theirs),
    };
  };
  const plannedHeads = (shapes: MethodShapes): Networks<NetworkPart> =>
    headsFor(shapes.student.taps[studentTap]!, shapes.teachers[teacher]!.taps[teacherTap]!);

  return {
    init(key, shapes) {
      const heads = plannedHeads(shapes);
      const samples = countSamples(shapes);
      const [ours, theirs, ourBank, theirBank] = splitKey(key, 4) as [PrngKey, PrngKey, PrngKey, PrngKey];
      // Rows of expected length 1.
      const bound = Math.sqrt(3 / dimension);
      const bank = (bankKey: PrngKey): HostTensor =>
        randomUniform(bankKey, [samples, dimension], { min: -bound, max: bound });
      const constant = HostTensor.scalar(variant === 'paper' ? 1 : -1);
      const memory: ContrastiveMemory<HostTensor> = {
        student: bank(ourBank),
        teacher: bank(theirBank),
        studentConstant: constant,
        teacherConstant: constant,
      };
      return {
        params: { student: heads.student.init(ours).params, teacher: heads.teacher.init(theirs).params },
        state: { ...memory },
      };
    },
    macs(shapes) {
      const heads = plannedHeads(shapes);
      const scores = 2 * countSamples(shapes) * dimension;
      const sample = heads.student.description.macs + heads.teacher.description.macs + scores;
      return sample * (shapes.batchSize ?? 1);
    },
    loss({ student, teachers, variables, draws }) {
      const feature = student.taps[studentTap]!;
      const theirs = teachers[teacher]!.taps[teacherTap]!;
      const heads = headsFor(feature.shape.slice(1), theirs.shape.slice(1));
      const params = variables.params as Networks<Tree<Tensor>>;
      const embed = (head: NetworkPart, own: Tree<Tensor>, x: Tensor): Tensor =>
        head.apply({ params: own, state: {} }, x, { train: true }).output;
      const { loss, memory } = contrastiveRepresentationLoss({
        studentEmbedding: embed(heads.student, params.student, feature),
        teacherEmbedding: embed(heads.teacher, params.teacher, theirs),
        memory: variables.state as unknown as ContrastiveMemory,
        rows: draws.rows!,
        indices: draws.numbers!,
        temperature,
        momentum,
      });
      return { loss, state: { ...memory } };
    },
  };
}

/** The samples of the source. Throws `INVALID_ARGUMENT` where they are not known. */
export function sampleTable({ samples }: MethodShapes): SampleTable {
  requireArgument(
    samples !== undefined,
    () =>
      'Contrast remembers every sample, but which samples there are is not known. Give the source `samples`, as loaders of kd-data do.',
  );
  return samples;
}

function countSamples(shapes: MethodShapes): number {
  const { count, labels } = sampleTable(shapes);
  return labels.subarray(0, count).reduce((samples, label) => samples + (label >= 0 ? 1 : 0), 0);
}
