import {
  add,
  concat,
  div,
  greater,
  matMul,
  mul,
  onesLike,
  relu,
  split,
  sqrt,
  square,
  sub,
  sum,
  type Tensor3D,
  tensor3d,
  where,
} from '@tensorflow/tfjs-core';
import { detach } from '../ops/detach.ts';

/** Below this share of the sum of all squared singular values a vector fades to 0 instead of turning with rounding. */
const SMALLEST_SHARE = 1e-6;

export interface SingularVectors {
  /** [batch, columns, count]: right singular vectors of length 1, the most important first, with arbitrary signs. */
  readonly vectors: Tensor3D;
  /** [batch, 1, count]: their singular values over the Frobenius norm of the matrix. No finite gradient at 0. */
  readonly values: Tensor3D;
}

/**
 * The leading right singular vectors of the matrices `x` [batch, rows, columns] by orthogonal iteration on their Gram matrices, always
 * from the same start: `iterations` products, after each of which the vectors are made orthogonal to those before them. The error
 * falls with the power `2 iterations` of the ratio of neighbouring singular values. Built of differentiable ops, so that the gradient is
 * that of what is computed, and finite also for equal singular values, missing ranks and zeros, whose vectors are 0.
 */
export function leadingSingularVectors(x: Tensor3D, count: number, iterations: number): SingularVectors {
  const columns = x.shape[2];
  const total = sum(square(x), [1, 2], true);
  const gram = matMul<Tensor3D>(
    x,
    div(x, where(greater(detach(total), 0), total, onesLike(total))),
    true,
    false,
  );
  let vectors = startVectors(columns, count);
  for (let iteration = 0; iteration < iterations; iteration++) {
    vectors = orthonormalize(matMul(gram, vectors), count);
  }
  const shares = sum<Tensor3D>(mul(vectors, matMul(gram, vectors)), 1, true);
  return { vectors, values: sqrt(relu(shares)) };
}

/** [1, size, count]: waves of rising frequency, orthonormal; the first is constant, which is close to what rectified maps share. */
function startVectors(size: number, count: number): Tensor3D {
  const waves = Array.from({ length: size }, (_, place) =>
    Array.from(
      { length: count },
      (_, wave) => Math.cos((Math.PI * (place + 0.5) * wave) / size) * Math.sqrt((wave === 0 ? 1 : 2) / size),
    ),
  );
  return tensor3d([waves]);
}

/** Gram-Schmidt on the last axis. */
function orthonormalize(x: Tensor3D, count: number): Tensor3D {
  const done: Tensor3D[] = [];
  for (const column of split<Tensor3D>(x, count, 2)) {
    const rest = done.length === 0 ? column : withoutProjection(column, concat(done, 2));
    done.push(div(rest, sqrt(add(sum(square(rest), 1, true), SMALLEST_SHARE ** 2))));
  }
  return concat(done, 2);
}

function withoutProjection(column: Tensor3D, basis: Tensor3D): Tensor3D {
  return sub(column, matMul(basis, matMul<Tensor3D>(basis, column, true, false)));
}
