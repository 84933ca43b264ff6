import { div, matMul, reshape, type Scalar, square, sub, sum, type Tensor } from '@tensorflow/tfjs-core';
import { KdError } from '../errors.ts';
import { detach } from '../ops/detach.ts';
import { l2Normalize } from '../ops/l2-normalize.ts';
import { formatShape, requireLayout } from '../shapes.ts';

export interface InterChannelCorrelationLossOptions {
  /** [batch, height, width, channels], after what gives it the teacher's channels. */
  readonly studentFeature: Tensor;
  /** [batch, height, width, channels]; height and width may differ; detached. */
  readonly teacherFeature: Tensor;
}

/**
 * Inter-channel correlation (Liu et al., 2021, arXiv:2202.03680, ICKD-C): for each sample the [channels, channels]
 * matrix of inner products between the maps of the channels, each row divided by its length (at least 1e-12, as the authors' code
 * does); the sum of squared differences over channels and batch. Does not change when the positions of one network are reordered.
 * Throws `SHAPE_MISMATCH` unless batch and channels agree.
 */
export function interChannelCorrelationLoss({
  studentFeature,
  teacherFeature,
}: InterChannelCorrelationLossOptions): Scalar {
  requireLayout('studentFeature', studentFeature, ['batch', 'height', 'width', 'channels']);
  requireLayout('teacherFeature', teacherFeature, ['batch', 'height', 'width', 'channels']);
  const [batch, channels] = [studentFeature.shape[0]!, studentFeature.shape[3]!];
  if (teacherFeature.shape[0] !== batch || teacherFeature.shape[3] !== channels) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `studentFeature and teacherFeature must agree in batch and channels, got ${formatShape(studentFeature)} and ${formatShape(teacherFeature)}.`,
    );
  }
  const difference = sub(correlations(studentFeature), correlations(detach(teacherFeature)));
  return div(sum(square(difference)), batch * channels);
}

function correlations(map: Tensor): Tensor {
  const [batch, height, width, channels] = map.shape as [number, number, number, number];
  const positions = reshape(map, [batch, height * width, channels]);
  return l2Normalize(matMul(positions, positions, true, false), 'interChannelCorrelationLoss');
}
