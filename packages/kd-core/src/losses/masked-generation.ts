import { mul, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { requireLayout, requireSameShape } from '../shapes.ts';
import { meanSquaredError } from './mean-squared-error.ts';

export interface MaskedGenerationOptions {
  /** [batch, height, width, channels]: what a generator makes of the student's masked feature. */
  readonly generatedFeature: Tensor;
  /** Same shape; detached. */
  readonly teacherFeature: Tensor;
}

/**
 * Masked generative distillation (Yang et al., 2022, arXiv:2205.01529, equation 5): the squared differences, summed over each
 * sample and averaged over the batch as released code does. Throws `SHAPE_MISMATCH` unless both are maps of one shape.
 */
export function maskedGenerationLoss({ generatedFeature, teacherFeature }: MaskedGenerationOptions): Scalar {
  requireLayout('generatedFeature', generatedFeature, ['batch', 'height', 'width', 'channels']);
  requireSameShape('generatedFeature', generatedFeature, 'teacherFeature', teacherFeature);
  const elements = generatedFeature.size / generatedFeature.shape[0]!;
  return mul(meanSquaredError(generatedFeature, teacherFeature), elements);
}
