import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { HostTensor } from 'kd-core';
import { broadcastingShapes, caseOf, operands, shapes, unaryCases, type ValueRange } from '../arbitraries.ts';
import type { Case } from '../compare.ts';

type Unary = (x: Tensor) => Tensor;
type Binary = (a: Tensor, b: Tensor) => Tensor;

const anyShape = shapes({ minSize: 0, maxSize: 3 });
const small: ValueRange = {};
const positive: ValueRange = { min: 0.1, max: 3 };
const withinUnit: ValueRange = { min: -0.9, max: 0.9 };
const large: ValueRange = { min: -1e4, max: 1e4 };

const unary: Readonly<Record<string, readonly [Unary, ...ValueRange[]]>> = {
  abs: [tf.abs, small, { dtype: 'int32' }],
  acos: [tf.acos, withinUnit],
  acosh: [tf.acosh, { min: 1.1, max: 4 }],
  asin: [tf.asin, withinUnit],
  asinh: [tf.asinh, small],
  atan: [tf.atan, small],
  atanh: [tf.atanh, withinUnit],
  ceil: [tf.ceil, small],
  'clipByValue float': [(x) => tf.clipByValue(x, -0.5, 1), small, large],
  'clipByValue int': [(x) => tf.clipByValue(x, -1, 1), { dtype: 'int32' }],
  cos: [tf.cos, small],
  cosh: [tf.cosh, small],
  elu: [tf.elu, small],
  erf: [tf.erf, small],
  exp: [tf.exp, small, { min: -1e4, max: 80 }, { dtype: 'int32', min: -4, max: 4 }],
  expm1: [tf.expm1, small],
  floor: [tf.floor, small],
  isFinite: [tf.isFinite, small, { dtype: 'int32' }],
  isInf: [tf.isInf, small],
  isNaN: [tf.isNaN, small],
  leakyRelu: [(x) => tf.leakyRelu(x, 0.3), small, large, { dtype: 'int32' }],
  log: [tf.log, positive],
  log1p: [tf.log1p, { min: -0.9, max: 3 }],
  logicalNot: [(x) => tf.logicalNot(x), { dtype: 'bool' }],
  neg: [tf.neg, small, { dtype: 'int32' }],
  onesLike: [tf.onesLike, small, { dtype: 'int32' }],
  reciprocal: [tf.reciprocal, positive],
  relu: [tf.relu, small, large, { dtype: 'int32' }],
  relu6: [tf.relu6, { min: -2, max: 8 }, { dtype: 'int32', min: -2, max: 9 }],
  round: [tf.round, { min: -5, max: 5 }, { dtype: 'int32' }],
  rsqrt: [tf.rsqrt, positive],
  selu: [tf.selu, small],
  sigmoid: [tf.sigmoid, small, large],
  sign: [tf.sign, small, { dtype: 'int32' }],
  sin: [tf.sin, small],
  sinh: [tf.sinh, small],
  softplus: [tf.softplus, small, large],
  sqrt: [tf.sqrt, positive],
  square: [tf.square, small, { dtype: 'int32' }],
  step: [(x) => tf.step(x), small, { dtype: 'int32' }],
  'step with a slope': [(x) => tf.step(x, 0.25), small],
  tan: [tf.tan, { min: -1.2, max: 1.2 }],
  tanh: [tf.tanh, small, large],
  zerosLike: [tf.zerosLike, small, { dtype: 'bool' }],
};

const binary: Readonly<Record<string, readonly [Binary, ...(readonly [ValueRange, ValueRange])[]]>> = {
  atan2: [tf.atan2, [small, small], [large, small]],
  add: [tf.add, [small, small], [{ dtype: 'int32' }, { dtype: 'int32' }], [{ dtype: 'int32' }, small]],
  div: [
    tf.div,
    [small, positive],
    [
      { dtype: 'int32', min: -9, max: 9 },
      { dtype: 'int32', min: 1, max: 4 },
    ],
  ],
  equal: [tf.equal, [{ dtype: 'int32' }, { dtype: 'int32' }], [{ dtype: 'bool' }, { dtype: 'bool' }]],
  floorDiv: [
    tf.floorDiv,
    [
      { dtype: 'int32', min: -99, max: 99 },
      { dtype: 'int32', min: 1, max: 7 },
    ],
    [
      { dtype: 'int32', min: -(2 ** 31), max: 2 ** 31 - 1 },
      { dtype: 'int32', min: -3, max: 3 },
    ],
  ],
  greater: [
    tf.greater,
    [small, small],
    [{ dtype: 'int32' }, { dtype: 'int32' }],
    [{ dtype: 'bool' }, { dtype: 'bool' }],
  ],
  greaterEqual: [tf.greaterEqual, [{ dtype: 'int32' }, { dtype: 'int32' }]],
  less: [tf.less, [small, small], [{ dtype: 'int32' }, { dtype: 'int32' }]],
  lessEqual: [tf.lessEqual, [{ dtype: 'int32' }, { dtype: 'int32' }]],
  logicalAnd: [tf.logicalAnd, [{ dtype: 'bool' }, { dtype: 'bool' }]],
  logicalOr: [tf.logicalOr, [{ dtype: 'bool' }, { dtype: 'bool' }]],
  maximum: [tf.maximum, [small, small], [{ dtype: 'int32' }, { dtype: 'int32' }]],
  minimum: [tf.minimum, [small, small], [{ dtype: 'int32' }, { dtype: 'int32' }]],
  mod: [
    tf.mod,
    [small, { min: 0.3, max: 1 }],
    [small, { min: -1, max: -0.3 }],
    [
      { dtype: 'int32', min: -99, max: 99 },
      { dtype: 'int32', min: -5, max: 5 },
    ],
  ],
  mul: [tf.mul, [small, small], [{ dtype: 'int32' }, { dtype: 'int32' }], [{ dtype: 'bool' }, small]],
  notEqual: [tf.notEqual, [{ dtype: 'int32' }, { dtype: 'int32' }], [{ dtype: 'bool' }, { dtype: 'bool' }]],
  pow: [tf.pow, [positive, small], [{ dtype: 'int32' }, { dtype: 'int32', min: 0, max: 3 }]],
  prelu: [tf.prelu, [small, small], [{ dtype: 'int32' }, small]],
  squaredDifference: [tf.squaredDifference, [small, small], [{ dtype: 'int32' }, { dtype: 'int32' }]],
  sub: [tf.sub, [small, small], [{ dtype: 'int32' }, { dtype: 'int32' }]],
};

const LOGICAL = [
  'equal',
  'greater',
  'greaterEqual',
  'isFinite',
  'isInf',
  'isNaN',
  'less',
  'lessEqual',
  'logicalAnd',
  'logicalNot',
  'logicalOr',
  'notEqual',
];
const WITHOUT_GRADIENT = new Set([...LOGICAL, 'floorDiv', 'mod']);
/** tfjs forgets to reduce these gradients to the shape of a smaller operand. */
const WITHOUT_BROADCAST_GRADIENT = new Set(['maximum', 'minimum', 'prelu', 'squaredDifference']);

const unaryFamilies = Object.entries(unary).map(([name, [run, ...ranges]]) => [
  name,
  fc.oneof(
    ...ranges.map((range) =>
      unaryCases(name, anyShape, run, range, { differentiable: !WITHOUT_GRADIENT.has(name) }),
    ),
  ),
]);

const binaryFamilies = Object.entries(binary).map(([name, [run, ...ranges]]) => [
  name,
  fc
    .tuple(broadcastingShapes(), fc.constantFrom(...ranges))
    .chain(([[left, right], [leftRange, rightRange]]) =>
      fc.tuple(operands(left, leftRange), operands(right, rightRange)),
    )
    .map((values) => {
      const [a, b] = values;
      const isBroadcast = String(a.shape) !== String(b.shape);
      const differentiable =
        !WITHOUT_GRADIENT.has(name) && !(isBroadcast && WITHOUT_BROADCAST_GRADIENT.has(name));
      return caseOf(name, values, (x, y) => run(x!, y!), { differentiable });
    }),
]);

const select = broadcastingShapes()
  .chain(([left, right]) =>
    fc
      .tuple(operands(left, { dtype: 'bool' }), operands(right), operands(left))
      .chain(([condition, a, b]) => fc.tuple(fc.constant(condition), fc.constant(a), fc.constant(b))),
  )
  .map((values) => caseOf('where', values, (condition, a, b) => tf.where(condition!, a!, b!)));

const selectOtherTypes = fc
  .tuple(shapes(), fc.constantFrom('int32' as const, 'bool' as const))
  .chain(([shape, dtype]) =>
    fc.tuple(operands(shape, { dtype: 'bool' }), operands(shape, { dtype }), operands(shape, { dtype })),
  )
  .map((values) => caseOf('where', values, (condition, a, b) => tf.where(condition!, a!, b!)));

/** Of one shape: tfjs does not broadcast it. */
const bitwiseAnd = shapes()
  .chain((shape) => {
    const integers: ValueRange = { dtype: 'int32', min: -(2 ** 31), max: 2 ** 31 - 1 };
    return fc.tuple(operands(shape, integers), operands(shape, integers));
  })
  .map((values) => caseOf('bitwiseAnd', values, (a, b) => tf.bitwiseAnd(a!, b!)));

const addN = fc
  .tuple(shapes(), fc.integer({ min: 1, max: 4 }))
  .chain(([shape, count]) => fc.tuple(...Array.from({ length: count }, () => operands(shape))))
  .map((values) => caseOf('addN', values, (...inputs) => tf.addN(inputs)));

const cast = fc
  .tuple(
    shapes({ minSize: 0 }),
    fc.constantFrom<ValueRange>({ min: -3, max: 3 }, { dtype: 'int32' }, { dtype: 'bool' }),
    fc.constantFrom('float32' as const, 'int32' as const, 'bool' as const),
  )
  .chain(([shape, range, dtype]) => operands(shape, range).map((x) => ({ x, dtype })))
  .map(({ x, dtype }) =>
    caseOf(`cast to ${dtype} of `, [x], (input) => tf.cast(input!, dtype), {
      differentiable: dtype === 'float32',
    }),
  );

/** Products with masks, the form that the gradients of rectifiers and dropout take. */
const masked = shapes()
  .chain((shape) =>
    fc.tuple(operands(shape), operands(shape, { dtype: 'bool' }), operands(shape, { dtype: 'bool' })),
  )
  .map((values) =>
    caseOf('masked', values, (x, mask, other) => [
      tf.mul(tf.cast(mask!, 'float32'), x!),
      tf.mul(tf.add(x!, 1), tf.mul(tf.cast(mask!, 'float32'), tf.cast(other!, 'float32'))),
    ]),
  );

/** Values next to zero, far from it and at the ends of the range. */
const EXTREMES = [-1e4, -100, -1, -0.5, -1e-4, -1e-8, 0, 1e-8, 1e-4, 0.5, 1, 80, 1e4];

const extremes = fc
  .constantFrom<readonly [string, Unary, (value: number) => boolean]>(
    ['log1p', tf.log1p, (value) => value > -1],
    ['expm1', tf.expm1, (value) => value <= 80],
    ['softplus', tf.softplus, () => true],
    ['relu6', tf.relu6, () => true],
    ['tanh', tf.tanh, () => true],
  )
  .map(([name, run, isInDomain]): Case => {
    const values = Float32Array.from(EXTREMES.filter(isInDomain));
    return {
      name: `${name} at the extremes`,
      args: { x: new HostTensor(values, [values.length]) },
      run: ({ x }) => run(x!),
      relativeTo: 'element',
      relativeTolerance: 1e-5,
    };
  });

export const elementwiseCases: Readonly<Record<string, fc.Arbitrary<Case>>> = {
  ...Object.fromEntries([...unaryFamilies, ...binaryFamilies]),
  addN,
  bitwiseAnd,
  cast,
  extremes,
  masked,
  where: select,
  'where of other types': selectOtherTypes,
};
