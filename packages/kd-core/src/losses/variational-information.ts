import {
  add,
  div,
  log,
  mean,
  mul,
  type Scalar,
  softplus,
  square,
  sub,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { KdError, requireArgument } from '../errors.ts';
import { detach } from '../ops/detach.ts';
import { formatShape, requireLayout, requireSameShape } from '../shapes.ts';

export interface VariationalInformationOptions {
  /** [batch, height, width, channels]: what the student's feature says of the teacher's, the mean of a normal distribution. */
  readonly predictedFeature: Tensor;
  /** Same shape; detached. */
  readonly teacherFeature: Tensor;
  /** [channels]: the variance of each channel is softplus(logScale) + epsilon. */
  readonly logScales: Tensor;
  /** The least variance, above 0; 1e-5 unless given. */
  readonly epsilon?: number;
}

/**
 * Variational information distillation (Ahn et al., 2019, arXiv:1904.05835, equation 5): the negative logarithm of a normal
 * density of the teacher's feature, ((mean - feature)^2 / variance + ln variance) / 2 without the constant, averaged over all
 * elements, as released code does where the paper sums. It may be negative.
 * Throws `SHAPE_MISMATCH` unless shapes correspond, `INVALID_ARGUMENT` for an epsilon that is not above 0.
 */
export function variationalInformationLoss({
  predictedFeature,
  teacherFeature,
  logScales,
  epsilon = 1e-5,
}: VariationalInformationOptions): Scalar {
  requireLayout('predictedFeature', predictedFeature, ['batch', 'height', 'width', 'channels']);
  requireSameShape('predictedFeature', predictedFeature, 'teacherFeature', teacherFeature);
  if (logScales.rank !== 1 || logScales.shape[0] !== predictedFeature.shape[3]) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `logScales must be [channels], got ${formatShape(logScales)} for features ${formatShape(predictedFeature)}.`,
    );
  }
  requireArgument(
    Number.isFinite(epsilon) && epsilon > 0,
    () => `epsilon must be a finite number above 0, got ${epsilon}.`,
  );
  const variance = add(softplus(logScales), epsilon);
  const distances = div(square(sub(predictedFeature, detach(teacherFeature))), variance);
  // Each channel has as many elements, so that the mean of the logarithms is that over channels.
  return mul(add(mean(distances), mean(log(variance))), 0.5);
}

/** The log scale at which the variance is `variance`: ln(e^(variance - epsilon) - 1). */
export function logScaleOf(variance: number, epsilon = 1e-5): number {
  requireArgument(
    Number.isFinite(variance) && variance > epsilon,
    () => `variance must be a finite number above epsilon (${epsilon}), got ${variance}.`,
  );
  const raw = variance - epsilon;
  // The same without overflow for large variances.
  return raw + Math.log(-Math.expm1(-raw));
}
