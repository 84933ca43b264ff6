import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { caseOf, operands, shapes, type ValueRange } from '../arbitraries.ts';
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

const ACTIVATIONS = ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const;

const fusedMatMul = fc
  .tuple(size, size, size, fc.constantFrom(...ACTIVATIONS), fc.boolean())
  .chain(([rows, inner, columns, activation, withBias]) =>
    fc
      .tuple(
        operands([rows, inner]),
        operands([inner, columns]),
        operands([columns]),
        operands([columns], { min: 0.1, max: 0.5 }),
      )
      .map((values) =>
        caseOf(
          `fused matMul ${activation}${withBias ? ' with bias' : ''} of `,
          values,
          (a, b, bias, slope) =>
            tf.fused.matMul({
              a: a!,
              b: b!,
              ...(withBias ? { bias: bias! } : {}),
              activation,
              ...(activation === 'prelu' ? { preluActivationWeights: slope! } : {}),
              leakyreluAlpha: 0.3,
            }),
          { differentiable: false },
        ),
      ),
  );

/** An equation, and the shapes of its operands by the sizes of i, j, k and b. */
const equations = fc.constantFrom<readonly [string, ...string[]]>(
  ['ij->', 'ij'],
  ['ij->ji', 'ij'],
  ['ij->i', 'ij'],
  ['bij->bji', 'bij'],
  ['ij,jk->ik', 'ij', 'jk'],
  ['ij,jk->ki', 'ij', 'jk'],
  ['bij,bjk->bik', 'bij', 'bjk'],
  ['i,j->ij', 'i', 'j'],
  ['i,i->', 'i', 'i'],
  ['bij,bik->bjk', 'bij', 'bik'],
);

const einsum = fc
  .tuple(equations, fc.record({ b: size, i: size, j: size, k: size }))
  .chain(([[equation, ...terms], sizes]) =>
    fc.tuple(...terms.map((term) => operands([...term].map((label) => sizes[label as 'i'])))).map((values) =>
      caseOf(`einsum ${equation} of `, values, (...inputs) => tf.einsum(equation, ...inputs), {
        differentiable: false,
      }),
    ),
  );

const diagonal = shapes({ minRank: 1, maxRank: 2 })
  .chain((shape) => fc.tuple(fc.constant(shape), fc.constantFrom<ValueRange>({}, { dtype: 'int32' })))
  .chain(([shape, range]) => operands(shape, range))
  .map((x) => caseOf('diag', [x], (input) => tf.diag(input!), { differentiable: false }));

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
  diag: diagonal,
  einsum,
  'fused matMul': fusedMatMul,
  matMul,
};
