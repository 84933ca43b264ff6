import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { HostTensor } from 'kd-core';
import { caseOf, operands, type ValueRange } from '../arbitraries.ts';
import type { Case } from '../compare.ts';

const floats = fc.constantFrom(
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0,
  -0,
  1e-20,
  -1.5,
  0.5,
  2.5,
  3,
);
const integers = fc.constantFrom(-(2 ** 31), 2 ** 31 - 1, 0, 1, -1, 2, -2, 7, -7);

const unary: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  abs: tf.abs,
  atan: tf.atan,
  'cast to bool': (x) => tf.cast(x, 'bool'),
  'cast to int32': (x) => tf.cast(x, 'int32'),
  ceil: tf.ceil,
  clipByValue: (x) => tf.clipByValue(x, -1, 1),
  elu: tf.elu,
  exp: tf.exp,
  floor: tf.floor,
  isFinite: tf.isFinite,
  isInf: tf.isInf,
  isNaN: tf.isNaN,
  log: tf.log,
  log1p: tf.log1p,
  relu: tf.relu,
  relu6: tf.relu6,
  rsqrt: tf.rsqrt,
  sigmoid: tf.sigmoid,
  sign: tf.sign,
  softplus: tf.softplus,
  sqrt: tf.sqrt,
  step: (x) => tf.step(x),
  'step with a slope': (x) => tf.step(x, 0.1),
  tanh: tf.tanh,
};

const binary: Readonly<Record<string, (a: Tensor, b: Tensor) => Tensor>> = {
  add: tf.add,
  div: tf.div,
  equal: tf.equal,
  greater: tf.greater,
  less: tf.less,
  maximum: tf.maximum,
  minimum: tf.minimum,
  mul: tf.mul,
  notEqual: tf.notEqual,
};

const integerBinary: Readonly<Record<string, (a: Tensor, b: Tensor) => Tensor>> = {
  add: tf.add,
  bitwiseAnd: tf.bitwiseAnd,
  floorDiv: tf.floorDiv,
  maximum: tf.maximum,
  mod: tf.mod,
  sub: tf.sub,
};

function vectorsOf(values: fc.Arbitrary<number>, length: number): fc.Arbitrary<number[]> {
  return fc.array(values, { minLength: length, maxLength: length });
}

const unaryCases = fc
  .tuple(fc.constantFrom(...Object.entries(unary)), vectorsOf(floats, 6))
  .map(([[name, run], values]): Case => {
    const x = new HostTensor(Float32Array.from(values), [values.length]);
    return { name: `${name} of [${values}]`, args: { x }, run: ({ x }) => run(x!), differentiable: false };
  });

function binaryCases(
  table: typeof binary,
  values: fc.Arbitrary<number>,
  make: (data: readonly number[]) => HostTensor,
): fc.Arbitrary<Case> {
  return fc.tuple(fc.constantFrom(...Object.entries(table)), vectorsOf(values, 6), vectorsOf(values, 6)).map(
    ([[name, run], left, right]): Case => ({
      name: `${name} of [${left}] and [${right}]`,
      args: { a: make(left), b: make(right) },
      run: ({ a, b }) => run(a!, b!),
      differentiable: false,
    }),
  );
}

/** tfjs gives the first position where a row begins with NaN, so none does. */
const reductions = fc.tuple(vectorsOf(floats, 3), vectorsOf(floats, 3)).map(([first, second]): Case => {
  const values = [1, ...first, -1, ...second];
  return {
    name: `reductions of [${values}]`,
    args: { x: new HostTensor(Float32Array.from(values), [2, 4]) },
    run: ({ x }) => [tf.max(x!, 1), tf.min(x!, 1), tf.argMax(x!, 1), tf.argMin(x!, 1), tf.max(x!, 0)],
    differentiable: false,
  };
});

/** Sizes of 0: nothing to sum, to multiply, to take or to put together. */
const nothing = fc
  .tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.constantFrom<ValueRange>({}, { dtype: 'int32' }))
  .chain(([rows, inner, columns, range]) =>
    fc.tuple(operands([rows, inner], range), operands([inner, columns], range)),
  )
  .map((values) =>
    caseOf(
      'nothing',
      values,
      (a, b) => [
        tf.matMul(a!, b!),
        tf.sum(a!, 0),
        tf.prod(a!, 1),
        tf.transpose(a!),
        tf.concat([a!, a!], 1),
        tf.concat([a!, tf.slice(a!, [0, 0], [0, -1])], 0),
        tf.reverse(b!, 0),
        tf.tile(b!, [2, 1]),
        tf.pad(b!, [
          [1, 0],
          [0, 1],
        ]),
        tf.gather(b!, tf.tensor1d([], 'int32'), 0),
        tf.cast(b!, 'bool'),
        tf.oneHot(tf.cast(a!, 'int32'), 3),
      ],
      { differentiable: false },
    ),
  );

export const specialValueCases: Readonly<Record<string, fc.Arbitrary<Case>>> = {
  'functions of one float': unaryCases,
  'functions of two floats': binaryCases(
    binary,
    floats,
    (data) => new HostTensor(Float32Array.from(data), [data.length]),
  ),
  'functions of two integers': binaryCases(
    integerBinary,
    integers,
    (data) => new HostTensor(Int32Array.from(data), [data.length]),
  ),
  nothing,
  reductions,
};
