import { KdError, type NetworkPart, negativeResponseMeans, overhaulLoss } from 'kd-core';
import type { Method, NetworkOutput } from '../method.ts';
import { partCollection } from '../part-collection.ts';
import type { TapPair } from '../tap-series.ts';
import { variableAt } from '../variable-at.ts';
import {
  type MapPairShapes,
  mapPairShapes,
  mapPairs,
  pairConfig,
  pairName,
  pairRequirements,
  requirePairs,
  shapesOfMaps,
} from './map-pairs.ts';
import { overhaulConnector } from './overhaul-connector.ts';

export interface OfdOptions {
  /**
   * Which tap of the student follows which tap of the teacher: maps before their activation, in the order of the networks. Those
   * of the teacher must come from a batch norm.
   */
  readonly pairs: readonly TapPair[];
  /** Index of the teacher. Default 0. */
  readonly teacher?: number;
}

/**
 * The overhaul of feature distillation: before the activation, what the teacher computes is the target where it is positive;
 * elsewhere it is enough for the student to stay below it, or below the mean negative response of the channel, which the
 * teacher's batch norm gives. Trained connectors (1x1 convolution and batch norm) map the student's channels to
 * the teacher's, whose maps are pooled to the student's size. No gradient to the teacher, which is in evaluation mode, unlike
 * in the authors' code. The usual weight is 0.001. Heo et al., 2019, arXiv:1904.01866, equations 1 to 4.
 * Throws `INVALID_ARGUMENT` without pairs and, from `init`, `SHAPE_MISMATCH` for taps that are no maps.
 */
export function ofd({ pairs, teacher = 0 }: OfdOptions): Method {
  const name = 'ofd';
  requirePairs(pairs);
  return {
    name,
    config: { name, pairs: pairConfig(pairs), teacher },
    scalars: {},
    requires: pairRequirements(pairs, teacher, { tapNorms: pairs.map((pair) => pair.teacher) }),
    init: (key, shapes) => partCollection(connectors(mapPairShapes(name, pairs, shapes, teacher))).init(key),
    macs: (shapes) =>
      (shapes.batchSize ?? 1) * partCollection(connectors(mapPairShapes(name, pairs, shapes, teacher))).macs,
    loss(context) {
      const { studentFeatures, teacherFeatures } = mapPairs(context, pairs, teacher);
      const parts = partCollection(connectors(shapesOfMaps(studentFeatures, teacherFeatures)));
      const pass = parts.pass(context.variables);
      const total = overhaulLoss({
        studentFeatures: studentFeatures.map((feature, index) => pass.run(pairName(index), feature)),
        teacherFeatures,
        margins: pairs.map((pair) => negativeResponseMeans(normOf(context.teachers[teacher]!, pair.teacher))),
      });
      return { total, terms: { [name]: total }, state: pass.state() };
    },
  };
}

function connectors(shapes: readonly MapPairShapes[]): Record<string, NetworkPart> {
  return Object.fromEntries(
    shapes.map(({ student, teacher }, index) => [
      pairName(index),
      overhaulConnector({ inputShape: student, channels: teacher[2] }),
    ]),
  );
}

function normOf(
  { variables, shapes }: NetworkOutput,
  tap: string,
): Parameters<typeof negativeResponseMeans>[0] {
  const path = shapes?.tapNorms?.[tap];
  if (variables === undefined || path === undefined) {
    throw new KdError(
      'UNSUPPORTED',
      `ofd reads the batch norm before the teacher's tap '${tap}', so that the teacher must be a network that runs inside of the step.`,
    );
  }
  return { scale: variableAt(variables, `${path}/scale`), offset: variableAt(variables, `${path}/offset`) };
}
