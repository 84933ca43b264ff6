import {
  add,
  div,
  expandDims,
  eye,
  type GradSaveFunc,
  greaterEqual,
  matMul,
  maximum,
  mul,
  type Scalar,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { firstOrderGrad } from '../ops/first-order-grad.ts';
import { l2Normalize } from '../ops/l2-normalize.ts';
import { meanSmoothL1 } from './mean-smooth-l1.ts';
import { type SamplePairs, sampleRows } from './sample-rows.ts';

const SMALLEST_SQUARED_DISTANCE = 1e-12;

/**
 * The distance-wise loss of relational distillation (Park et al., 2019, arXiv:1904.05068): the distances
 * between all pairs of samples, divided by their mean over the pairs, compared in smooth L1, averaged over batch^2 entries with
 * the zeros of the diagonal, as the benchmarks do. Distances are at least 1e-6; the derivative below is 0. The mean of the student's
 * distances has a gradient. Does not change when the features of one network are rotated, reflected, scaled or moved.
 * A single sample has no relations: 0. Takes memory for batch^2 * features values.
 * Throws `SHAPE_MISMATCH` unless both features are [batch, ...] of the same samples.
 */
export function relationalDistanceLoss(options: SamplePairs): Scalar {
  const { student, teacher } = sampleRows(options);
  return meanSmoothL1(relativeDistances(student), relativeDistances(teacher));
}

/**
 * The angle-wise loss of relational distillation (Park et al., 2019, arXiv:1904.05068): the cosines of the angles that any two
 * samples form at any third, compared in smooth L1, averaged over all batch^3 entries. A difference of length 0 has the direction 0.
 * Does not change when the features of one network are rotated, reflected, scaled or moved. A single sample has no relations: 0.
 * Takes memory for several tensors of batch^3 and of batch^2 * features values: 1 MiB and 4 MiB each for 64 samples with 256
 * features, 64 MiB each for 256 samples. Throws `SHAPE_MISMATCH` unless both features are [batch, ...] of the same samples.
 */
export function relationalAngleLoss(options: SamplePairs): Scalar {
  const { student, teacher } = sampleRows(options);
  return meanSmoothL1(cosines(student), cosines(teacher));
}

/** [batch, batch, features]: what leads from sample i to sample j, exactly 0 for equal samples. */
function differences(rows: Tensor2D): Tensor3D {
  return sub(expandDims(rows, 0), expandDims(rows, 1));
}

/** [batch, batch], 1 on average off the diagonal. */
function relativeDistances(rows: Tensor2D): Tensor2D {
  const batch = rows.shape[0];
  const offDiagonal = sub(1, eye(batch)) as Tensor2D;
  const distances = mul(lengths(differences(rows)), offDiagonal);
  // No distance is 0, so that the positive ones are those between different samples.
  const average = div(sum(distances), Math.max(1, batch * (batch - 1)));
  return div(distances, batch === 1 ? add(average, 1) : average);
}

/** Lengths along the last axis, at least 1e-6, where they no longer vary. */
function lengths(x: Tensor3D): Tensor2D {
  const compute = firstOrderGrad('relationalDistanceLoss', (input, saveInput) => {
    const squares = sum(square(input as Tensor), -1);
    const length = sqrt(maximum(squares, SMALLEST_SQUARED_DISTANCE));
    (saveInput as GradSaveFunc)([input as Tensor, squares, length]);
    return {
      value: length,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [input, squares, length] = saved as [Tensor, Tensor, Tensor];
        const varies = greaterEqual(squares, SMALLEST_SQUARED_DISTANCE);
        return mul(input, expandDims(where(varies, div(dy, length), zerosLike(dy)), -1));
      },
    };
  });
  return compute(x) as Tensor2D;
}

/** [batch, batch, batch]: at sample i, the cosine of the angle between the ways to j and to k. */
function cosines(rows: Tensor2D): Tensor3D {
  const directions = l2Normalize(differences(rows), 'relationalAngleLoss');
  return matMul(directions, directions, false, true);
}
