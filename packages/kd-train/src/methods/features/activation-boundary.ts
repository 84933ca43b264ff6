import { activationBoundaryLoss, type NetworkPart, requireArgument } from 'kd-core';
import type { Method } from '../method.ts';
import { partCollection } from '../part-collection.ts';
import type { TapPair } from '../tap-series.ts';
import { hintRegressorPart } from './hint-regressor.ts';
import { inWarmUp } from './in-warm-up.ts';
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

export interface ActivationBoundaryOptions {
  /** Which tap of the student follows which tap of the teacher: maps before their activation, in the order of the networks. */
  readonly pairs: readonly TapPair[];
  /** How far beyond 0 a student's response must be, above 0. Default 1. */
  readonly margin?: number;
  /** Epochs in which the student learns by this alone, before everything else. 0: beside the other terms. Default 30. */
  readonly warmUpEpochs?: number;
  /** Index of the teacher. Default 0. */
  readonly teacher?: number;
}

/**
 * Transfer of activation boundaries: in a stage of its own before it learns its task, the student learns which of the teacher's
 * neurons are active; no gradient to the teacher. Where shapes differ, a trained connector (a hint regressor without
 * ReLU) stands between. The teacher is in evaluation mode, unlike in the authors' code.
 * Heo et al., 2019, arXiv:1811.03233, equation 6. Throws `INVALID_ARGUMENT` without pairs and for a margin that is not above
 * 0, and, from `init`, `SHAPE_MISMATCH` where no connector maps one shape to the other.
 */
export function activationBoundary({
  pairs,
  margin = 1,
  warmUpEpochs = 30,
  teacher = 0,
}: ActivationBoundaryOptions): Method {
  const name = 'activationBoundary';
  requirePairs(pairs);
  requireArgument(
    Number.isFinite(margin) && margin > 0,
    () => `margin must be a finite number above 0, got ${margin}.`,
  );
  return inWarmUp(warmUpEpochs, {
    name,
    config: { name, pairs: pairConfig(pairs), margin, teacher },
    scalars: {},
    requires: pairRequirements(pairs, teacher),
    init: (key, shapes) => partCollection(connectors(mapPairShapes(name, pairs, shapes, teacher))).init(key),
    macs: (shapes) =>
      (shapes.batchSize ?? 1) * partCollection(connectors(mapPairShapes(name, pairs, shapes, teacher))).macs,
    loss(context) {
      const { studentFeatures, teacherFeatures } = mapPairs(context, pairs, teacher);
      const parts = connectors(shapesOfMaps(studentFeatures, teacherFeatures));
      const pass = partCollection(parts).pass(context.variables);
      const connected = studentFeatures.map((feature, index) =>
        pairName(index) in parts ? pass.run(pairName(index), feature) : feature,
      );
      const total = activationBoundaryLoss({ studentFeatures: connected, teacherFeatures, margin });
      return { total, terms: { [name]: total }, state: pass.state() };
    },
  });
}

/** By pair; none where the shapes are equal. */
function connectors(shapes: readonly MapPairShapes[]): Record<string, NetworkPart> {
  return Object.fromEntries(
    shapes.flatMap(({ student, teacher }, index) =>
      student.join() === teacher.join()
        ? []
        : [
            [
              pairName(index),
              hintRegressorPart({ studentShape: student, teacherShape: teacher, relu: false }),
            ],
          ],
    ),
  );
}
