import { div, matMul, type Scalar, square, sub, sum, type Tensor2D } from '@tensorflow/tfjs-core';
import { l2Normalize } from '../ops/l2-normalize.ts';
import { type SamplePairs, sampleRows } from './sample-rows.ts';

export interface SimilarityPreservingLossOptions extends SamplePairs {}

/**
 * Similarity-preserving distillation (Tung and Mori, 2019, arXiv:1907.09682): the [batch, batch] matrices of
 * inner products between samples, each row divided by its length (at least 1e-12), differ by as little as possible: the
 * sum of squared differences over batch^2. Does not change when the features of one network are rotated, reflected or scaled.
 * Throws `SHAPE_MISMATCH` unless both features are [batch, ...] of the same samples.
 */
export function similarityPreservingLoss(options: SimilarityPreservingLossOptions): Scalar {
  const { student, teacher } = sampleRows(options);
  const difference = sub(similarities(student), similarities(teacher));
  return div(sum(square(difference)), student.shape[0] ** 2);
}

function similarities(rows: Tensor2D): Tensor2D {
  return l2Normalize(matMul(rows, rows, false, true), 'similarityPreservingLoss');
}
