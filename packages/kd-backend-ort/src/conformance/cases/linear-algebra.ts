import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { axisOf, caseOf, operands, shapes, type ValueRange } from '../arbitraries.ts';
import type { Case } from '../compare.ts';

const size = fc.integer({ min: 1, max: 5 });
const batches = fc.constantFrom<readonly [number[], number[]]>(
  [[], []],
  [[], []],
  [[2], [2]],
  [[1], [3]],
  [
    [2, 3],
    [2, 3],
  ],
  [[2], []],
  [[], [3]],
);

const matMul = fc
  .record({
    batches,
    rows: size,
    inner: size,
    columns: size,
    transposeA: fc.boolean(),
    transposeB: fc.boolean(),
    integer: fc.nat(5),
  })
  .chain(({ batches: [left, right], rows, inner, columns, transposeA, transposeB, integer }) => {
    const range: ValueRange = integer === 0 ? { dtype: 'int32' } : {};
    const a = [...left, ...(transposeA ? [inner, rows] : [rows, inner])];
    const b = [...right, ...(transposeB ? [columns, inner] : [inner, columns])];
    return fc.tuple(operands(a, range), operands(b, range)).map((values) =>
      caseOf(
        `matMul${transposeA ? ' A^T' : ''}${transposeB ? ' B^T' : ''}`,
        values,
        (x, y) => tf.matMul(x!, y!, transposeA, transposeB),
        {
          // tfjs does not reduce the gradient of an operand that it broadcast over the batch.
          differentiable: String(left) === String(right) && integer !== 0,
        },
      ),
    );
  });

/** Rows of an embedding, some of them taken more than once. */
const gather = fc
  .tuple(shapes({ minRank: 1 }), shapes({ maxRank: 2 }), fc.constantFrom<ValueRange>({}, { dtype: 'int32' }))
  .chain(([shape, indexShape, range]) =>
    axisOf(shape.length).chain((axis) =>
      fc
        .tuple(
          operands(shape, range),
          operands(indexShape, { dtype: 'int32', min: 0, max: shape.at(axis)! - 1 }),
        )
        .map((values) =>
          caseOf(
            `gather at ${axis} of `,
            values,
            (x, indices) => tf.gather(x!, indices as tf.Tensor1D, axis),
            {
              differentiable: range.dtype === undefined,
            },
          ),
        ),
    ),
  );

const segmentSum = fc
  .tuple(shapes({ minRank: 1, maxRank: 3 }), fc.integer({ min: 1, max: 4 }))
  .chain(([shape, count]) =>
    fc
      .tuple(operands(shape), operands([shape[0]!], { dtype: 'int32', min: -2, max: count + 2 }))
      .map((values) =>
        caseOf(
          `unsortedSegmentSum of ${count}`,
          values,
          (x, ids) => tf.unsortedSegmentSum(x!, ids as tf.Tensor1D, count),
          {
            differentiable: false,
          },
        ),
      ),
  );

const oneHot = fc
  .tuple(
    shapes({ maxRank: 3 }),
    fc.integer({ min: 2, max: 5 }),
    fc.constantFrom<readonly [number, number]>([1, 0], [3, -1]),
    fc.constantFrom('float32' as const, 'int32' as const),
  )
  .chain(([shape, depth, [on, off], dtype]) =>
    operands(shape, { dtype: 'int32', min: -2, max: depth + 2 }).map((indices) =>
      caseOf(`oneHot of depth ${depth} with ${on} and ${off} as ${dtype} of `, [indices], (x) =>
        tf.oneHot(x!, depth, on, off, dtype),
      ),
    ),
  );

const batchNorm = fc
  .tuple(shapes({ minRank: 2, maxRank: 4 }), fc.boolean(), fc.boolean())
  .chain(([shape, withScale, withOffset]) => {
    const channels = [shape.at(-1)!];
    return fc
      .tuple(
        operands(shape),
        operands(channels),
        operands(channels, { min: 0.1, max: 2 }),
        operands(channels),
        operands(channels),
      )
      .map((values) =>
        caseOf(
          `batchNorm${withScale ? ' scale' : ''}${withOffset ? ' offset' : ''}`,
          values,
          (x, mean, variance, offset, scale) => {
            const vector = (value: Tensor | undefined): tf.Tensor1D => value as tf.Tensor1D;
            return tf.batchNorm(
              x as tf.Tensor4D,
              vector(mean),
              vector(variance),
              withOffset ? vector(offset) : undefined,
              withScale ? vector(scale) : undefined,
              1e-3,
            );
          },
          {
            // tfjs's gradient reads the scale whether it was given or not.
            differentiable: withScale && withOffset,
          },
        ),
      );
  });

const elementwiseBatchNorm = shapes({ minRank: 2, maxRank: 4 })
  .chain((shape) => fc.tuple(operands(shape), operands(shape), operands(shape, { min: 0.1, max: 2 })))
  .map((values) =>
    caseOf(
      'batchNorm by element',
      values,
      (x, mean, variance) => tf.batchNorm(x as tf.Tensor4D, mean as tf.Tensor4D, variance as tf.Tensor4D),
      { differentiable: false },
    ),
  );

export const linearAlgebraCases: Readonly<Record<string, fc.Arbitrary<Case>>> = {
  batchNorm,
  'batchNorm by element': elementwiseBatchNorm,
  gather,
  matMul,
  oneHot,
  unsortedSegmentSum: segmentSum,
};
