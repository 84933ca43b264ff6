import {
  add,
  clipByValue,
  div,
  type GradSaveFunc,
  greater,
  log,
  matMul,
  mean,
  mul,
  onesLike,
  type Scalar,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  where,
} from '@tensorflow/tfjs-core';
import { firstOrderGrad } from '../ops/first-order-grad.ts';
import { type SamplePairs, sampleRows } from './sample-rows.ts';

const EPSILON = 1e-7;

export interface ProbabilisticTransferLossOptions extends SamplePairs {}

/**
 * Probabilistic knowledge transfer (Passalis and Tefas, 2018, arXiv:1803.10837): the cosine similarities
 * s of all pairs of samples, as (s + 1) / 2 and divided by the sum of their row, are probabilities of being neighbours; the
 * divergence p_T ln(p_T / p_S) is averaged over all batch^2 entries, each sample with itself included, with 1e-7 added to what is
 * divided by, as the authors' code does. Does not change with the length of any row, above 1e-7. A row of zeros is equally near to all.
 * Throws `SHAPE_MISMATCH` unless both features are [batch, ...] of the same samples.
 */
export function probabilisticTransferLoss(options: ProbabilisticTransferLossOptions): Scalar {
  const { student, teacher } = sampleRows(options);
  const target = neighbourProbabilities(teacher);
  const ratio = div(add(target, EPSILON), add(neighbourProbabilities(student), EPSILON));
  return mean(mul(target, log(ratio)));
}

/** [batch, batch], rows of sum 1. */
function neighbourProbabilities(rows: Tensor2D): Tensor2D {
  const directions = divideByLength(rows);
  // Rounding can carry the similarity of opposite rows below 0.
  const similarities = clipByValue(div(add(matMul(directions, directions, false, true), 1), 2), 0, 2);
  return div(similarities, sum(similarities, 1, true));
}

/** x / (|x| + 1e-7) for each row; the derivative of the length at 0 is 0. */
function divideByLength(x: Tensor2D): Tensor2D {
  const compute = firstOrderGrad('probabilisticTransferLoss', (input, saveInput) => {
    const length = sqrt(sum(square(input as Tensor), -1, true));
    const divisor = add(length, EPSILON);
    const value = div(input as Tensor, divisor);
    (saveInput as GradSaveFunc)([value, length, divisor]);
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [value, length, divisor] = saved as [Tensor, Tensor, Tensor];
        const along = mul(sum(mul(dy, value), -1, true), div(divisor, positive(length)));
        return div(sub(dy, mul(value, along)), divisor);
      },
    };
  });
  return compute(x) as Tensor2D;
}

function positive(x: Tensor): Tensor {
  return where(greater(x, 0), x, onesLike(x));
}
