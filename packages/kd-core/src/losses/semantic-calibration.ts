import {
  addN,
  mean,
  mul,
  reshape,
  type Scalar,
  slice,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import { KdError } from '../errors.ts';
import { detach } from '../ops/detach.ts';
import { formatShape, requireLayout, requireSameShape } from '../shapes.ts';

/** A student map brought to the shape of a teacher map. */
export interface CalibratedPair {
  /** [batch, height, width, channels] */
  readonly student: Tensor4D;
  /** Of the same shape; detached. */
  readonly teacher: Tensor4D;
}

export interface SemanticCalibrationOptions {
  /** For each student layer, its pair with each teacher layer. */
  readonly pairs: readonly (readonly CalibratedPair[])[];
  /** [batch, student layers, teacher layers]: how much each pair counts for a sample; gradients flow. */
  readonly attention: Tensor;
}

/**
 * Cross-layer distillation (Chen et al., 2021, arXiv:2012.03236, eq. 8): over all pairs of layers and samples, the attention times the mean
 * squared difference of the pair's maps, divided by the batch and the number of student layers. At least 0.
 * Throws `SHAPE_MISMATCH` for pairs whose maps differ in shape and for attention of another shape.
 */
export function semanticCalibrationLoss({ pairs, attention }: SemanticCalibrationOptions): Scalar {
  requireLayout('attention', attention, ['batch', 'student layers', 'teacher layers']);
  const [batch, students, teachers] = attention.shape as [number, number, number];
  if (pairs.length !== students || pairs.some((row) => row.length !== teachers)) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `attention ${formatShape(attention)} must have an entry for each pair, of which student layers have ${pairs.map((row) => row.length).join(', ') || 'none'}.`,
    );
  }
  const losses = pairs.flatMap((row, i) =>
    row.map(({ student, teacher }, j) => {
      requireLayout(`pairs[${i}][${j}].student`, student, ['batch', 'height', 'width', 'channels']);
      requireSameShape(`pairs[${i}][${j}].student`, student, `pairs[${i}][${j}].teacher`, teacher);
      const errors = mean(square(sub(student, detach(teacher))), [1, 2, 3]);
      const weights = reshape(slice(attention, [0, i, j], [batch, 1, 1]), [batch]);
      return sum<Scalar>(mul(errors, weights));
    }),
  );
  return mul(addN(losses), 1 / (batch * students)) as Scalar;
}
