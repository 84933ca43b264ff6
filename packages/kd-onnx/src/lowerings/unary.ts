import type { GraphDataType, GraphValue } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { elementwise, elementwiseNode } from './elementwise.ts';
import type { Lowering, LoweringTable } from './lowering.ts';
import { asResult } from './to-integer.ts';

export type EmitUnary = (
  builder: GraphBuilder,
  x: GraphValue,
  attributes: Readonly<Record<string, unknown>>,
) => GraphValue;

export function unary(emit: EmitUnary): Lowering {
  return ({ builder, inputs, attributes }) =>
    elementwise(builder, [inputs.x!], ([x]) => emit(builder, x!, attributes));
}

/** A function of real numbers: other types are computed in float32, and the result is given in `resultDtype`. */
export function real(emit: EmitUnary, resultDtype?: GraphDataType): Lowering {
  return unary((builder, x, attributes) => {
    const result = emit(builder, builder.cast(x, 'float32'), attributes);
    return asResult(builder, result, resultDtype ?? x.dtype);
  });
}

/** A function of numbers that is the identity on integers and booleans. */
function rounding(opType: string): Lowering {
  return (call) => {
    const x = call.inputs.x!;
    return x.dtype === 'float32' ? unary(node(opType))(call) : x;
  };
}

export const node =
  (opType: string): EmitUnary =>
  (builder, x) =>
    elementwiseNode(builder, opType, [x]);

/** An operator that ONNX has for floats and integers: booleans are taken as integers. */
function arithmetic(emit: EmitUnary): Lowering {
  return unary((builder, x, attributes) => {
    if (x.dtype !== 'bool') return emit(builder, x, attributes);
    return builder.cast(emit(builder, builder.cast(x, 'int32'), attributes), 'bool');
  });
}

/** Kernels of real numbers with an ONNX operator of the same meaning. */
const SAME_OPERATOR = [
  'Acos',
  'Acosh',
  'Asin',
  'Asinh',
  'Atan',
  'Atanh',
  'Cos',
  'Cosh',
  'Erf',
  'Log',
  'Reciprocal',
  'Sigmoid',
  'Sin',
  'Sinh',
  'Softplus',
  'Sqrt',
  'Tan',
  'Tanh',
] as const;

/** x * log(1 + x) / ((1 + x) - 1): the rounding error of 1 + x cancels; x itself where 1 + x is 1. */
const log1p: EmitUnary = (builder, x) => {
  const one = builder.scalar(1);
  const shifted = elementwiseNode(builder, 'Add', [x, one]);
  const ratio = elementwiseNode(builder, 'Div', [
    elementwiseNode(builder, 'Log', [shifted]),
    elementwiseNode(builder, 'Sub', [shifted, one]),
  ]);
  const isOne = elementwiseNode(builder, 'Equal', [shifted, one], 'bool');
  const isInfinite = elementwiseNode(builder, 'Greater', [shifted, builder.scalar(3e38)], 'bool');
  const product = elementwiseNode(builder, 'Mul', [x, ratio]);
  const finite = elementwiseNode(builder, 'Where', [isInfinite, x, product], 'float32');
  return elementwiseNode(builder, 'Where', [isOne, x, finite], 'float32');
};

/** 2t / (1 - t) with t = tanh(x / 2), exact near 0, where exp(x) - 1 loses all digits. */
const expm1: EmitUnary = (builder, x) => {
  const half = elementwiseNode(builder, 'Tanh', [elementwiseNode(builder, 'Mul', [x, builder.scalar(0.5)])]);
  const one = builder.scalar(1);
  const nearZero = elementwiseNode(builder, 'Div', [
    elementwiseNode(builder, 'Add', [half, half]),
    elementwiseNode(builder, 'Sub', [one, half]),
  ]);
  const far = elementwiseNode(builder, 'Sub', [elementwiseNode(builder, 'Exp', [x]), one]);
  const isNear = elementwiseNode(builder, 'Less', [elementwiseNode(builder, 'Abs', [x]), one], 'bool');
  return elementwiseNode(builder, 'Where', [isNear, nearZero, far], 'float32');
};

/** The sign of NaN is 0. */
const sign: EmitUnary = (builder, x) => {
  const value = elementwiseNode(builder, 'Sign', [x]);
  if (x.dtype !== 'float32') return value;
  const isNumber = elementwiseNode(builder, 'Equal', [x, x], 'bool');
  return elementwiseNode(builder, 'Where', [isNumber, value, builder.scalar(0)], 'float32');
};

const square: EmitUnary = (builder, x) => elementwiseNode(builder, 'Mul', [x, x]);

const rsqrt: EmitUnary = (builder, x) =>
  elementwiseNode(builder, 'Reciprocal', [elementwiseNode(builder, 'Sqrt', [x])]);

export const unaryLowerings: LoweringTable = {
  ...Object.fromEntries(SAME_OPERATOR.map((opType) => [opType, real(node(opType))])),
  Abs: arithmetic(node('Abs')),
  Ceil: rounding('Ceil'),
  Exp: real(node('Exp'), 'float32'),
  Expm1: real(expm1),
  Floor: rounding('Floor'),
  Log1p: real(log1p),
  Neg: arithmetic(node('Neg')),
  Round: rounding('Round'),
  Rsqrt: real(rsqrt),
  Sign: arithmetic(sign),
  Square: arithmetic(square),
};
