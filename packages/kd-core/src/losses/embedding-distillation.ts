import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { l2Normalize } from '../ops/l2-normalize.ts';
import { requireLayout, requireSameShape } from '../shapes.ts';
import { meanSquaredError } from './mean-squared-error.ts';

export interface EmbeddingDistillationLossOptions {
  /** [batch, features], of any length. */
  readonly studentEmbedding: Tensor;
  /** Same shape; detached. */
  readonly teacherEmbedding: Tensor;
}

/**
 * The mean squared difference of embeddings that are divided by their lengths first, over all batch * features entries
 * (Boutros et al. 2022, "PocketNet", arXiv:2108.10710, equation 4, and the authors' code). It equals
 * 2 (1 - cosine) / features on average, so that its usual weight, 100, counts half as much with twice the features.
 * Throws `SHAPE_MISMATCH` unless both have the same shape.
 */
export function embeddingDistillationLoss({
  studentEmbedding,
  teacherEmbedding,
}: EmbeddingDistillationLossOptions): Scalar {
  requireLayout('studentEmbedding', studentEmbedding, ['batch', 'features']);
  requireSameShape('teacherEmbedding', teacherEmbedding, 'studentEmbedding', studentEmbedding);
  return meanSquaredError(l2Normalize(studentEmbedding), l2Normalize(teacherEmbedding));
}
