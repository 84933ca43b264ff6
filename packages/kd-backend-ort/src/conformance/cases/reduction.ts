import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import {
  axisOf,
  axisSubsets,
  caseOf,
  operands,
  shapes,
  unaryCases,
  type ValueRange,
} from '../arbitraries.ts';
import type { Case } from '../compare.ts';

type Reduce = (x: Tensor, axes: number[] | undefined, keepDims: boolean) => Tensor;

const float: ValueRange = {};
const integer: ValueRange = { dtype: 'int32' };
const boolean: ValueRange = { dtype: 'bool' };

function casesOf(
  name: string,
  reduce: Reduce,
  ranges: readonly ValueRange[],
  options: { differentiable?: boolean; minSize?: number } = {},
): fc.Arbitrary<Case> {
  const { differentiable = true, minSize = 1 } = options;
  return fc
    .tuple(shapes({ minSize }), fc.constantFrom(...ranges), fc.boolean(), fc.boolean())
    .chain(([shape, range, keepDims, all]) =>
      fc
        .tuple(operands(shape, range), all ? fc.constant(undefined) : axisSubsets(shape.length, 1))
        .map(([x, axes]) =>
          caseOf(
            `${name} over ${axes === undefined ? 'all' : `[${axes}]`}${keepDims ? ' keepDims' : ''} of `,
            [x],
            (input) => reduce(input!, axes, keepDims),
            {
              differentiable: differentiable && (range.dtype ?? 'float32') === 'float32',
            },
          ),
        ),
    );
}

/** A reduction of what a convolution left in its own layout, and of the gradient that a mean broadcasts. */
const afterConvolution = fc
  .tuple(
    operands([2, 3, 4, 2]),
    operands([1, 1, 2, 3]),
    axisSubsets(4, 1),
    fc.boolean(),
    fc.constantFrom<readonly [string, Reduce]>(['sum', tf.sum], ['mean', tf.mean], ['max', tf.max]),
  )
  .map(([x, kernel, axes, keepDims, [name, reduce]]) =>
    caseOf(`${name} over [${axes}]${keepDims ? ' keepDims' : ''} of conv2d`, [x, kernel], (input, filter) => {
      const y = tf.conv2d(input as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same');
      return reduce(tf.square(y), axes, keepDims);
    }),
  );

const argReduction = fc
  .tuple(
    shapes({ minRank: 1 }),
    fc.constantFrom(float, integer),
    fc.constantFrom({ name: 'argMax', reduce: tf.argMax }, { name: 'argMin', reduce: tf.argMin }),
  )
  .chain(([shape, range, { name, reduce }]) =>
    fc
      .tuple(operands(shape, range), axisOf(shape.length))
      .map(([x, axis]) =>
        caseOf(`${name} at ${axis} of `, [x], (input) => reduce(input!, axis), { differentiable: false }),
      ),
  );

/** Logits that overflow without the shift by their maximum. */
const logits = fc.constantFrom<ValueRange>(float, { min: -1e4, max: 1e4 }, { min: -80, max: 80 });

const softmax = fc
  .tuple(shapes({ minRank: 1 }), logits)
  .chain(([shape, range]) => unaryCases('softmax', fc.constant(shape), (x) => tf.softmax(x), range));

const logSoftmax = fc
  .tuple(shapes({ minRank: 1 }), logits)
  .chain(([shape, range]) =>
    operands(shape, range).map((x) => caseOf('logSoftmax', [x], (input) => tf.logSoftmax(input!))),
  );

const logSumExp = casesOf('logSumExp', tf.logSumExp, [float, { min: -1e4, max: 1e4 }]);

const cumsum = fc
  .tuple(shapes({ minRank: 1 }), fc.constantFrom(float, integer), fc.boolean(), fc.boolean())
  .chain(([shape, range, exclusive, reverse]) =>
    // tfjs's own kernel does not know negative axes.
    fc.tuple(operands(shape, range), fc.nat(shape.length - 1)).map(([x, axis]) =>
      caseOf(
        `cumsum at ${axis}${exclusive ? ' exclusive' : ''}${reverse ? ' reverse' : ''} of `,
        [x],
        (input) => tf.cumsum(input!, axis, exclusive, reverse),
        {
          // tfjs's gradient over another axis comes out transposed.
          differentiable: range === float && axis === x.shape.length - 1,
        },
      ),
    ),
  );

const cumprod = fc
  .tuple(
    shapes({ minRank: 1, maxSize: 6 }),
    fc.constantFrom<ValueRange>({}, integer),
    fc.boolean(),
    fc.boolean(),
  )
  .chain(([shape, range, exclusive, reverse]) =>
    fc
      .tuple(operands(shape, range), fc.nat(shape.length - 1))
      .map(([x, axis]) =>
        caseOf(
          `cumprod at ${axis}${exclusive ? ' exclusive' : ''}${reverse ? ' reverse' : ''} of `,
          [x],
          (input) => tf.cumprod(input!, axis, exclusive, reverse),
          { differentiable: false },
        ),
      ),
  );

export const reductionCases: Readonly<Record<string, fc.Arbitrary<Case>>> = {
  'after a convolution': afterConvolution,
  all: casesOf('all', tf.all, [boolean], { differentiable: false }),
  any: casesOf('any', tf.any, [boolean], { differentiable: false }),
  'argMax and argMin': argReduction,
  cumprod,
  cumsum,
  logSoftmax,
  logSumExp,
  max: casesOf('max', tf.max, [float, integer]),
  mean: casesOf('mean', tf.mean, [float, integer]),
  min: casesOf('min', tf.min, [float, integer]),
  prod: casesOf('prod', tf.prod, [{ min: 0.5, max: 1.5 }, integer], { differentiable: false }),
  softmax,
  sum: casesOf('sum', tf.sum, [float, integer, boolean], { minSize: 0 }),
};
