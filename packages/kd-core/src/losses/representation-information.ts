import {
  div,
  eye,
  type GradSaveFunc,
  greater,
  log,
  matMul,
  mean,
  mul,
  onesLike,
  pow,
  type Scalar,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { requireArgument } from '../errors.ts';
import { detach } from '../ops/detach.ts';
import { firstOrderGrad } from '../ops/first-order-grad.ts';
import { l2Normalize } from '../ops/l2-normalize.ts';
import { requireSameShape } from '../shapes.ts';
import { type SamplePairs, sampleRows } from './sample-rows.ts';

const SMALLEST_TRACE = 1e-12;

export interface RepresentationCorrelationLossOptions extends SamplePairs {
  /** Of Renyi's entropy, above 0; 1.5 unless given. */
  readonly alpha?: number;
}

/**
 * The correlation term of information-theoretic representation distillation (Miles et al., 2022, arXiv:2112.00459): with c the
 * correlation of each feature of the student with the same feature of the teacher, of columns made to mean 0 and unbiased
 * standard deviation 1 over the batch and divided by the batch, log2 of the sum over features of |c - 1|^(2 alpha). A column that does
 * not vary has the correlation 0 and no gradient. Does not change when a feature is moved, or scaled by a positive number.
 * Throws `SHAPE_MISMATCH` unless both have the same shape [batch, ...], `INVALID_ARGUMENT` for another alpha.
 */
export function representationCorrelationLoss({
  alpha = 1.5,
  ...features
}: RepresentationCorrelationLossOptions): Scalar {
  requireArgument(
    Number.isFinite(alpha) && alpha > 0,
    () => `alpha must be a finite number above 0, got ${alpha}.`,
  );
  const { student, teacher } = sampleRows(features);
  requireSameShape('studentFeature', features.studentFeature, 'teacherFeature', features.teacherFeature);
  const products = mul(standardizeColumns(student), standardizeColumns(teacher));
  const correlation = div(sum(products, 0), student.shape[0]);
  // At most 1 - 1 / batch, so that the power has a derivative.
  const distances = pow(square(sub(correlation, 1)), alpha);
  return div(log(sum(distances)), Math.LN2);
}

/**
 * The mutual information term of the same method: with G_S and G_T the inner products of rows of length 1 and G_ST their elementwise
 * product, each divided by its trace, the sum of G_S^2 - G_ST^2: Renyi's entropies of order 2 without their logarithms. Features of
 * student and teacher may have different sizes. Does not change when the features of one network are rotated or reflected, nor with the
 * length of any row. Throws `SHAPE_MISMATCH` unless both features are [batch, ...] of the same samples.
 */
export function representationMutualInformationLoss(features: SamplePairs): Scalar {
  const { student, teacher } = sampleRows(features);
  const own = products(student);
  const joint = mul<Tensor2D>(own, products(teacher));
  return sub(sum(square(divideByTrace(own))), sum(square(divideByTrace(joint))));
}

function products(rows: Tensor2D): Tensor2D {
  const directions = l2Normalize(rows, 'representationMutualInformationLoss');
  return matMul<Tensor2D>(directions, directions, false, true);
}

/** By at least 1e-12, as rows of zeros alone have the trace 0. */
function divideByTrace(matrix: Tensor2D): Tensor2D {
  const trace = sum<Scalar>(mul(matrix, eye(matrix.shape[0])));
  const large = greater(detach(trace), SMALLEST_TRACE);
  return div(matrix, where(large, trace, mul(onesLike(trace), SMALLEST_TRACE)));
}

/** Columns of mean 0 and unbiased standard deviation 1; zeros, without gradient, for a column that does not vary. */
function standardizeColumns(x: Tensor2D): Tensor2D {
  const degrees = Math.max(1, x.shape[0] - 1);
  const compute = firstOrderGrad('representationCorrelationLoss', (input, saveInput) => {
    const centred = sub(input as Tensor, mean(input as Tensor, 0, true));
    const deviation = sqrt(div(sum(square(centred), 0, true), degrees));
    const varies = greater(deviation, 0);
    const factor = where(varies, div(1, where(varies, deviation, onesLike(deviation))), zerosLike(deviation));
    const value = mul(centred, factor);
    (saveInput as GradSaveFunc)([value, factor]);
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [value, factor] = saved as [Tensor, Tensor];
        const along = div(sum(mul(dy, value), 0, true), degrees);
        return mul(sub(sub(dy, mean(dy, 0, true)), mul(value, along)), factor);
      },
    };
  });
  return compute(x) as Tensor2D;
}
