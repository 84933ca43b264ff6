import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { caseOf, operands, shapes, type ValueRange } from '../arbitraries.ts';
import type { Case } from '../compare.ts';

const size = fc.integer({ min: 1, max: 5 });
const types = fc.constantFrom<ValueRange>({}, { dtype: 'int32' });

/** Rows of an embedding, some of them taken more than once. */
const gather = fc
  .tuple(shapes({ minRank: 1 }), shapes({ maxRank: 2 }), types)
  .chain(([shape, indexShape, range]) =>
    fc
      .integer({ min: -shape.length, max: shape.length - 1 })
      .chain((axis) =>
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
              { differentiable: range.dtype === undefined },
            ),
          ),
      ),
  );

/** Each batch has indices of its own. */
const batchedGather = fc
  .tuple(shapes({ minRank: 2, maxRank: 4 }), shapes({ maxRank: 2 }), types)
  .chain(([shape, indexShape, range]) =>
    fc
      .integer({ min: 1, max: shape.length - 1 })
      .chain((axis) => fc.tuple(fc.constant(axis), fc.integer({ min: 1, max: axis })))
      .chain(([axis, batchDims]) =>
        fc
          .tuple(
            operands(shape, range),
            operands([...shape.slice(0, batchDims), ...indexShape], {
              dtype: 'int32',
              min: 0,
              max: shape[axis]! - 1,
            }),
          )
          .map((values) =>
            caseOf(
              `gather at ${axis} in ${batchDims} batch dimensions of `,
              values,
              (x, indices) => tf.gather(x!, indices as tf.Tensor1D, axis, batchDims),
              // tfjs differentiates with one batch dimension, where rows are taken.
              { differentiable: false },
            ),
          ),
      ),
  );

/** Index vectors for a shape, as one operand a coordinate. */
function vectors(shape: readonly number[], depth: number, count: number): fc.Arbitrary<tf.TensorLike> {
  return fc
    .array(fc.tuple(...shape.slice(0, depth).map((length) => fc.nat(length - 1))), {
      minLength: count,
      maxLength: count,
    })
    .map((rows) => rows as number[][]);
}

/** Index vectors that address each place at most once. */
function distinctVectors(shape: readonly number[], depth: number, count: number): fc.Arbitrary<number[][]> {
  const places = shape.slice(0, depth).reduce((product, length) => product * length, 1);
  return fc
    .shuffledSubarray(
      Array.from({ length: places }, (_, index) => index),
      { minLength: Math.min(count, places), maxLength: Math.min(count, places) },
    )
    .map((chosen) =>
      chosen.map((place) => {
        const vector: number[] = [];
        let rest = place;
        for (let axis = depth - 1; axis >= 0; axis--) {
          vector.unshift(rest % shape[axis]!);
          rest = Math.floor(rest / shape[axis]!);
        }
        return vector;
      }),
    );
}

const gatherNd = fc
  .tuple(shapes({ minRank: 1 }), size, types)
  .chain(([shape, count, range]) =>
    fc
      .integer({ min: 1, max: shape.length })
      .chain((depth) =>
        fc
          .tuple(operands(shape, range), vectors(shape, depth, count))
          .map(([x, indices]) =>
            caseOf(
              `gatherND at ${JSON.stringify(indices)} of `,
              [x],
              (params) => tf.gatherND(params!, tf.tensor2d(indices as number[][], undefined, 'int32')),
              { differentiable: false },
            ),
          ),
      ),
  );

/** Sums of updates into zeros. */
const scatterNd = fc
  .tuple(shapes({ minRank: 1, maxRank: 3 }), size, types)
  .chain(([shape, count, range]) =>
    fc
      .integer({ min: 1, max: shape.length })
      .chain((depth) =>
        fc
          .tuple(operands([count, ...shape.slice(depth)], range), vectors(shape, depth, count))
          .map(([updates, indices]) =>
            caseOf(
              `scatterND into [${shape}] at ${JSON.stringify(indices)} of `,
              [updates],
              (values) =>
                tf.scatterND(
                  tf.tensor2d(indices as number[][], undefined, 'int32'),
                  values!,
                  shape as [number],
                ),
              { differentiable: false },
            ),
          ),
      ),
  );

const tensorScatterUpdate = fc
  .tuple(shapes({ minRank: 1, maxRank: 3 }), size, types)
  .chain(([shape, count, range]) =>
    fc
      .integer({ min: 1, max: shape.length })
      .chain((depth) => fc.tuple(fc.constant(depth), distinctVectors(shape, depth, count)))
      .chain(([depth, indices]) =>
        fc
          .tuple(operands(shape, range), operands([indices.length, ...shape.slice(depth)], range))
          .map((values) =>
            caseOf(
              `tensorScatterUpdate at ${JSON.stringify(indices)} of `,
              values,
              (target, updates) =>
                tf.tensorScatterUpdate(target!, tf.tensor2d(indices, undefined, 'int32'), updates!),
              { differentiable: false },
            ),
          ),
      ),
  );

const sparseToDense = fc
  .tuple(shapes({ minRank: 1, maxRank: 3 }), size, types, fc.boolean())
  .chain(([shape, count, range, isScalar]) =>
    distinctVectors(shape, shape.length, count).chain((indices) =>
      fc
        .tuple(operands(isScalar ? [] : [indices.length], range), operands([], range))
        .map((values) =>
          caseOf(
            `sparseToDense of [${shape}] at ${JSON.stringify(indices)} of `,
            values,
            (updates, fallback) =>
              tf.sparseToDense(
                tf.tensor2d(indices, undefined, 'int32'),
                updates!,
                shape as [number],
                fallback as tf.Scalar,
              ),
            { differentiable: false },
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
          { differentiable: false },
        ),
      ),
  );

const bincount = fc
  .tuple(fc.integer({ min: 1, max: 8 }), size, fc.constantFrom<ValueRange | undefined>(undefined, {}))
  .chain(([length, count, weightRange]) =>
    fc
      .tuple(
        operands([length], { dtype: 'int32', min: 0, max: 6 }),
        operands(weightRange === undefined ? [0] : [length], weightRange),
      )
      .map((values) =>
        caseOf(
          `bincount of ${count}`,
          values,
          (x, weights) => tf.bincount(x as tf.Tensor1D, weights as tf.Tensor1D, count),
          { differentiable: false },
        ),
      ),
  );

const denseBincount = fc
  .tuple(shapes({ minRank: 1, maxRank: 2, maxSize: 5 }), size, fc.boolean(), fc.boolean())
  .chain(([shape, count, isWeighted, isBinary]) =>
    fc
      .tuple(
        operands(shape, { dtype: 'int32', min: 0, max: 6 }),
        // tfjs takes weights or a binary result, not both.
        operands(isWeighted && !isBinary ? shape : [0]),
      )
      .map((values) =>
        caseOf(
          `denseBincount of ${count}${isBinary ? ' binary' : ''}`,
          values,
          (x, weights) =>
            tf.denseBincount(
              x as tf.Tensor2D,
              weights as tf.Tensor2D,
              count,
              // tfjs's kernel for vectors always counts.
              isBinary && shape.length === 2,
            ),
          { differentiable: false },
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

/** Integers have equal ones among them. */
const topK = fc
  .tuple(shapes({ minRank: 1, maxSize: 6 }), types)
  .chain(([shape, range]) => fc.tuple(operands(shape, range), fc.integer({ min: 1, max: shape.at(-1)! })))
  .map(([x, k]) =>
    caseOf(
      `topk ${k} of `,
      [x],
      (input) => {
        const { values, indices } = tf.topk(input!, k);
        return [values, indices];
      },
      { differentiable: false },
    ),
  );

const searchSorted = fc
  .tuple(fc.integer({ min: 1, max: 9 }), size, types, fc.constantFrom('left' as const, 'right' as const))
  .chain(([length, count, range, side]) =>
    fc.tuple(operands([3, length], range), operands([3, count], range)).map((values) =>
      caseOf(
        `searchSorted ${side} of `,
        values,
        (sequence, wanted) => {
          const sorted = tf.reverse(tf.topk(sequence!, length).values, -1);
          return tf.searchSorted(sorted, wanted!, side);
        },
        { differentiable: false },
      ),
    ),
  );

export const indexingCases: Readonly<Record<string, fc.Arbitrary<Case>>> = {
  bincount,
  denseBincount,
  gather,
  'gather in batches': batchedGather,
  gatherND: gatherNd,
  oneHot,
  scatterND: scatterNd,
  searchSorted,
  sparseToDense,
  tensorScatterUpdate,
  topk: topK,
  unsortedSegmentSum: segmentSum,
};
