import { add, matMul, mul, reshape, type Tensor } from '@tensorflow/tfjs-core';
import { sizeOf } from 'kd-core';
import { broadcastShapes } from '../../trace/traced-value.ts';
import type { OperatorDefinition, OperatorTable } from '../operator.ts';
import { broadcast } from '../rearrange.ts';
import { computed, plain } from '../value.ts';

/** alpha * A * B + beta * C, A and B transposed where asked. */
const gemm: OperatorDefinition = {
  weights: [0, 1, 2],
  products: ([a], output) => (sizeOf(output) * sizeOf(a!)) / output[0]!,
  read: (node) => {
    const [alpha, beta] = [node.float('alpha', 1), node.float('beta', 1)];
    const [transposeA, transposeB] = [node.flag('transA'), node.flag('transB')];
    return (operands) => {
      const product = matMul(plain(operands.at(0)), plain(operands.at(1)), transposeA, transposeB);
      const scaled = alpha === 1 ? product : mul(product, alpha);
      const offset = operands.find(2);
      if (offset === undefined) return computed(scaled);
      const addend = plain(offset);
      return computed(add(scaled, beta === 1 ? addend : mul(addend, beta)));
    };
  },
};

/** NumPy's `matmul`: matrices along the last two axes, the axes before them broadcast, vectors as rows or columns. */
const matrixProduct: OperatorDefinition = {
  weights: [0, 1],
  products: ([a], output) => sizeOf(output) * a!.at(-1)!,
  read: () => (operands) => computed(product(plain(operands.at(0)), plain(operands.at(1)))),
};

function product(a: Tensor, b: Tensor): Tensor {
  if (a.rank === 1) return withoutAxis(product(reshape(a, [1, a.size]), b), -2);
  if (b.rank === 1) return withoutAxis(product(a, reshape(b, [b.size, 1])), -1);
  const [rows, inner] = a.shape.slice(-2) as [number, number];
  const columns = b.shape.at(-1)!;
  if (b.rank === 2) {
    const y = matMul(reshape(a, [a.size / inner, inner]), b);
    return reshape(y, [...a.shape.slice(0, -1), columns]);
  }
  // tfjs's gradient of a product whose leading axes broadcast has the wrong shape.
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const count = sizeOf(batch);
  const left = reshape(broadcast(a, [...batch, rows, inner]), [count, rows, inner]);
  const right = reshape(broadcast(b, [...batch, inner, columns]), [count, inner, columns]);
  return reshape(matMul(left, right), [...batch, rows, columns]);
}

function withoutAxis(x: Tensor, axis: -1 | -2): Tensor {
  return reshape(x, x.shape.toSpliced(axis, 1));
}

export const matMulOperators: OperatorTable = { Gemm: gemm, MatMul: matrixProduct };
