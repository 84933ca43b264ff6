import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { requireArgument } from '../errors.ts';
import { requireSameShape } from '../shapes.ts';
import { meanSquaredError } from './mean-squared-error.ts';

export interface HintLossOptions {
  /** Any shape: the student's feature, after the regressor that gives it the teacher's shape. */
  readonly studentFeature: Tensor;
  /** Same shape; detached. */
  readonly teacherFeature: Tensor;
}

/**
 * Hint loss (Romero et al., 2015, "FitNets", arXiv:1412.6550, equation 3), as the mean squared difference over
 * all elements. Throws `SHAPE_MISMATCH` unless both have the same shape.
 */
export function hintLoss({ studentFeature, teacherFeature }: HintLossOptions): Scalar {
  requireSameShape('studentFeature', studentFeature, 'teacherFeature', teacherFeature);
  requireArgument(studentFeature.size > 0, () => 'studentFeature must not be empty.');
  return meanSquaredError(studentFeature, teacherFeature);
}
