import fc from 'fast-check';
import type { FileAttribute, FileTensor } from '../onnx-file.ts';
import type { OperatorCase } from '../operator-case.ts';
import {
  anyShape,
  broadcastable,
  type CaseFamily,
  type CaseTable,
  differentiable,
  distinct,
  forwardOnly,
  integers,
  mapShape,
  opsetFrom,
  positive,
  size,
} from './arbitraries.ts';

type Operand = (shape: readonly number[]) => fc.Arbitrary<FileTensor>;

function unary(
  opType: string,
  options: {
    readonly operand?: Operand;
    readonly since?: number;
    readonly attributes?: fc.Arbitrary<Record<string, FileAttribute>>;
  } = {},
): fc.Arbitrary<OperatorCase> {
  const { operand = distinct, since = 7, attributes = fc.constant({}) } = options;
  return fc
    .tuple(
      anyShape.chain(operand),
      attributes,
      opsetFrom(...[7, 13, 18, 21, 24].filter((each) => each >= since)),
    )
    .map(([x, chosen, opset]) => ({ opType, opset, operands: [x], attributes: chosen }));
}

function binary(
  opType: string,
  first: Operand = distinct,
  second: Operand = first,
  since = 7,
): fc.Arbitrary<OperatorCase> {
  return anyShape
    .chain((shape) => fc.tuple(fc.constant(shape), broadcastable(shape), fc.boolean()))
    .chain(([full, smaller, isSwapped]) => {
      const shapes = isSwapped ? [smaller, full] : [full, smaller];
      const opsets = [7, 13, 18].filter((each) => each >= since);
      return fc.tuple(first(shapes[0]!), second(shapes[1]!), opsetFrom(...opsets));
    })
    .map(([a, b, opset]) => ({ opType, opset, operands: [a, b] }));
}

function variadic(opType: string): fc.Arbitrary<OperatorCase> {
  return anyShape
    .chain((shape) =>
      fc.tuple(distinct(shape), broadcastable(shape).chain(apart(1)), apart(2)(shape), size(1, 3)),
    )
    .map(([a, b, c, count]) => ({ opType, opset: 13, operands: [a, b, c].slice(0, count) }));
}

/** Numbers that are apart from those of `distinct`, by a third of their spacing or two, for maxima of several operands. */
const apart =
  (thirds: number): Operand =>
  (shape) =>
    distinct(shape).map((x) => ({ ...x, data: x.data.map((each) => each + thirds / 96) }));

/** Divisors that are not near 0. */
const divisors: Operand = (shape) =>
  distinct(shape).map((x) => ({ ...x, data: x.data.map((each) => each + Math.sign(each) / 2) }));

const float = (...values: readonly number[]): fc.Arbitrary<FileAttribute> =>
  fc.constantFrom(...values.map((value) => ({ float: value })));

function attributes(
  record: Record<string, fc.Arbitrary<FileAttribute>>,
): fc.Arbitrary<Record<string, FileAttribute>> {
  return fc.record(record, { requiredKeys: [] }) as fc.Arbitrary<Record<string, FileAttribute>>;
}

/** Softmax and its like along any axis, in both forms. */
function softmax(opType: string): fc.Arbitrary<OperatorCase> {
  return anyShape
    .chain((shape) => fc.tuple(distinct(shape), size(-shape.length, shape.length - 1), opsetFrom(7, 11, 13)))
    .map(([x, axis, opset]) => ({
      opType,
      opset,
      operands: [x],
      // Negative axes came with operator set 11.
      attributes: { axis: { int: opset < 11 && axis < 0 ? axis + x.shape.length : axis } },
    }));
}

const clipOfAttributes = unary('Clip', {
  attributes: attributes({ min: float(-2, 0), max: float(1, 2.5) }),
}).map((each) => ({ ...each, opset: 7 }));

const bound = (value: number): FileTensor => ({ shape: [], data: [value] });

const clipOfInputs: fc.Arbitrary<OperatorCase> = fc
  .tuple(
    anyShape.chain(distinct),
    fc.option(fc.constantFrom(-2, 0), { nil: undefined }),
    fc.option(fc.constantFrom(1, 2.5), { nil: undefined }),
  )
  .map(([x, low, high]) => ({
    opType: 'Clip',
    opset: 13,
    operands: [x, low === undefined ? undefined : bound(low), high === undefined ? undefined : bound(high)],
  }));

const power: fc.Arbitrary<OperatorCase> = fc.oneof(
  binary('Pow', positive, distinct, 13),
  fc
    .tuple(mapShape.chain(positive), fc.constantFrom(-1, 0.5, 1, 2, 3, 1.5))
    .map(([x, exponent]) => ({ opType: 'Pow', opset: 13, operands: [x, bound(exponent)] })),
);

const parametricRelu = fc.oneof(
  mapShape.chain((shape) =>
    fc
      .tuple(distinct(shape), distinct([shape[1]!, 1, 1]))
      .map(([x, slope]): OperatorCase => ({ opType: 'PRelu', opset: 16, operands: [x, slope] })),
  ),
  anyShape.chain((shape) =>
    fc
      .tuple(distinct(shape), broadcastable(shape).chain(distinct))
      .map(([x, slope]): OperatorCase => ({ opType: 'PRelu', opset: 9, operands: [x, slope] })),
  ),
);

const mask: Operand = (shape) =>
  distinct(shape).map(({ data }) => ({ shape, data: data.map((each) => Number(each > 0)), dtype: 'bool' }));

/** `Where` by a mask that is a constant, between the graph's input and a parameter. */
const select: fc.Arbitrary<OperatorCase> = mapShape.chain((shape) =>
  fc
    .tuple(distinct(shape), mask([1, ...shape.slice(1)]), broadcastable(shape).chain(distinct))
    .map(([x, condition, other]) => ({
      opType: 'Where',
      opset: 16,
      operands: [x, condition, other],
      order: [1, 0, 2],
    })),
);

const comparisons = ['Equal', 'Greater', 'Less', 'GreaterOrEqual', 'LessOrEqual'];

function comparison(opType: string): CaseFamily {
  const few: Operand = (shape) =>
    distinct(shape).map((x) => ({ ...x, data: x.data.map((each) => Math.round(each)) }));
  return forwardOnly(
    binary(opType, few, few, opType.includes('Or') ? 13 : 9).map((each) => ({ ...each, opset: 13 })),
  );
}

const toIntegers: fc.Arbitrary<OperatorCase> = fc
  .tuple(anyShape.chain(distinct), fc.constantFrom(1, 6, 7, 9, 11))
  .map(([x, to]) => ({ opType: 'Cast', opset: 13, operands: [x], attributes: { to: { int: to } } }));

const castLike: fc.Arbitrary<OperatorCase> = anyShape
  .chain(distinct)
  .map((x) => ({ opType: 'CastLike', opset: 19, operands: [x, integers([1])] }));

const smooth = [
  'Cos',
  'Erf',
  'Exp',
  'HardSwish',
  'Identity',
  'Mish',
  'Sigmoid',
  'Sin',
  'Softplus',
  'Softsign',
  'Tanh',
];
const SINCE: Readonly<Record<string, number>> = { HardSwish: 18, Mish: 18, Erf: 13, Sin: 7, Cos: 7 };

export const elementwiseCases: CaseTable = {
  ...Object.fromEntries(
    smooth.map((opType) => [opType, differentiable(unary(opType, { since: SINCE[opType] ?? 7 }))]),
  ),
  ...Object.fromEntries(['Abs', 'Neg', 'Relu'].map((opType) => [opType, differentiable(unary(opType))])),
  ...Object.fromEntries(
    ['Log', 'Sqrt', 'Reciprocal'].map((opType) => [
      opType,
      differentiable(unary(opType, { operand: positive })),
    ]),
  ),
  ...Object.fromEntries(
    ['Ceil', 'Floor', 'Round', 'Sign'].map((opType) => [opType, forwardOnly(unary(opType, { since: 13 }))]),
  ),
  ...Object.fromEntries(['Add', 'Sub', 'Mul'].map((opType) => [opType, differentiable(binary(opType))])),
  ...Object.fromEntries(
    ['Max', 'Mean', 'Min', 'Sum'].map((opType) => [opType, differentiable(variadic(opType))]),
  ),
  ...Object.fromEntries(comparisons.map((opType) => [opType, comparison(opType)])),
  Div: differentiable(binary('Div', distinct, divisors)),
  Pow: differentiable(power),
  Cast: forwardOnly(toIntegers),
  CastLike: forwardOnly(castLike),
  Where: differentiable(select),
  Celu: differentiable(unary('Celu', { since: 13, attributes: attributes({ alpha: float(0.5, 2) }) })),
  Clip: differentiable(fc.oneof(clipOfAttributes, clipOfInputs)),
  Elu: differentiable(unary('Elu', { attributes: attributes({ alpha: float(0.5, 2) }) })),
  Gelu: differentiable(
    unary('Gelu', {
      since: 21,
      attributes: attributes({ approximate: fc.constantFrom({ string: 'none' }, { string: 'tanh' }) }),
    }),
  ),
  HardSigmoid: differentiable(
    unary('HardSigmoid', { attributes: attributes({ alpha: float(0.25, 0.5), beta: float(0.25, 0.75) }) }),
  ),
  LeakyRelu: differentiable(unary('LeakyRelu', { attributes: attributes({ alpha: float(0.1, 0.3) }) })),
  LogSoftmax: differentiable(softmax('LogSoftmax')),
  PRelu: differentiable(parametricRelu),
  Selu: differentiable(unary('Selu', { attributes: attributes({ alpha: float(1.5), gamma: float(1.1) }) })),
  Softmax: differentiable(softmax('Softmax')),
  ThresholdedRelu: differentiable(
    unary('ThresholdedRelu', { since: 13, attributes: attributes({ alpha: float(0.5, 1) }) }),
  ),
};
