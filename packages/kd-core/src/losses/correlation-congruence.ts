import {
  add,
  div,
  matMul,
  mul,
  onesLike,
  type Scalar,
  square,
  sub,
  sum,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { requireArgument } from '../errors.ts';
import { l2Normalize } from '../ops/l2-normalize.ts';
import { frobeniusNorm } from './frobenius-norm.ts';
import { type SamplePairs, sampleRows } from './sample-rows.ts';

export interface CorrelationCongruenceLossOptions extends SamplePairs {
  /**
   * 'paper' (the default) is the squared Frobenius norm of the difference over batch^2, as in the text; 'reference' is
   * torchdistill's norm over batch^2, which is not squared.
   */
  readonly variant?: 'reference' | 'paper';
  /** 'gaussian' (the default), approximated by its Taylor series, or 'bilinear', the inner product. */
  readonly kernel?: 'gaussian' | 'bilinear';
  /** Of exp(-gamma |x - y|^2), above 0; 0.4 unless given. */
  readonly gamma?: number;
  /** The highest power of the series, at least 1; 2 unless given. */
  readonly order?: number;
  /**
   * Whether each row is divided by its length first (at least 1e-12); true unless given, because the series stands for the Gaussian
   * only of rows of length 1. Without it, squares of inner products overflow from lengths of about 1e9 on, in 'paper' from 1e4 on.
   */
  readonly normalize?: boolean;
}

/**
 * Correlation congruence (Peng et al., 2019, arXiv:1904.01802): the [batch, batch] matrices of a kernel between
 * samples differ by as little as possible. The Gaussian kernel is exp(-2 gamma) * sum over p = 0 .. order of
 * (2 gamma)^p / p! * (x . y)^p.
 * Throws `SHAPE_MISMATCH` unless both features are [batch, ...] of the same samples, `INVALID_ARGUMENT` for other numbers.
 */
export function correlationCongruenceLoss(options: CorrelationCongruenceLossOptions): Scalar {
  const { variant = 'paper', kernel = 'gaussian', gamma = 0.4, order = 2, normalize = true } = options;
  requireArgument(
    Number.isFinite(gamma) && gamma > 0,
    () => `gamma must be a finite number above 0, got ${gamma}.`,
  );
  requireArgument(
    Number.isInteger(order) && order >= 1,
    () => `order must be a positive integer, got ${order}.`,
  );
  const { student, teacher } = sampleRows(options);
  const correlations = (rows: Tensor2D): Tensor2D => {
    const x = normalize ? l2Normalize(rows, 'correlationCongruenceLoss') : rows;
    const products = matMul<Tensor2D>(x, x, false, true);
    return kernel === 'bilinear' ? products : gaussianOf(products, gamma, order);
  };
  const difference = sub(correlations(student), correlations(teacher));
  const size =
    variant === 'paper'
      ? sum<Scalar>(square(difference))
      : frobeniusNorm(difference, 'correlationCongruenceLoss');
  return div(size, student.shape[0] ** 2);
}

/** By Horner's scheme: 1 + z (1 + z / 2 (1 + z / 3 (...))) for z = 2 gamma x . y. */
function gaussianOf(products: Tensor2D, gamma: number, order: number): Tensor2D {
  let series: Tensor2D = onesLike(products);
  for (let power = order; power >= 1; power--) {
    series = add(mul(mul(products, (2 * gamma) / power), series), 1);
  }
  return mul(series, Math.exp(-2 * gamma));
}
