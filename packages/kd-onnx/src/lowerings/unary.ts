import type { GraphValue } from '../graph/graph.ts';
import { float } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { NCHW, traced, uniformConstant } from '../trace/traced-value.ts';
import { blockedOf, rectify } from './channel-affine.ts';
import { elementwise, elementwiseNode } from './elementwise.ts';
import type { Lowering, LoweringTable } from './lowering.ts';

type Emit = (
  builder: GraphBuilder,
  x: GraphValue,
  attributes: Readonly<Record<string, unknown>>,
) => GraphValue;

function unary(emit: Emit): Lowering {
  return ({ builder, inputs, attributes }) =>
    elementwise(builder, [inputs.x!], ([x]) => emit(builder, x!, attributes));
}

/** Kernels with an ONNX operator of the same meaning. */
const SAME_OPERATOR = {
  Abs: 'Abs',
  Acos: 'Acos',
  Acosh: 'Acosh',
  Asin: 'Asin',
  Asinh: 'Asinh',
  Atan: 'Atan',
  Atanh: 'Atanh',
  Ceil: 'Ceil',
  Cos: 'Cos',
  Cosh: 'Cosh',
  Erf: 'Erf',
  Exp: 'Exp',
  Floor: 'Floor',
  Log: 'Log',
  Neg: 'Neg',
  Reciprocal: 'Reciprocal',
  Round: 'Round',
  Sigmoid: 'Sigmoid',
  Sign: 'Sign',
  Sin: 'Sin',
  Sinh: 'Sinh',
  Softplus: 'Softplus',
  Sqrt: 'Sqrt',
  Tan: 'Tan',
  Tanh: 'Tanh',
} as const;

/** x * log(1 + x) / ((1 + x) - 1): the rounding error of 1 + x cancels; x itself where 1 + x is 1. */
const log1p: Emit = (builder, x) => {
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
const expm1: Emit = (builder, x) => {
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

/** ReLU of a blocked feature map rides on the pass that made the map. */
const relu: Lowering = (call) =>
  rectify(call.builder, call.inputs.x!) ??
  elementwise(call.builder, [call.inputs.x!], ([x]) => elementwiseNode(call.builder, 'Relu', [x!]));

/** Where ReLU of x is known its sign says the same, and x itself need not be kept. */
const stepOrItsRectified: Lowering = (call) => {
  const x = call.inputs.x!;
  const blocked = blockedOf(call.builder, x);
  const rectified = blocked === undefined ? undefined : call.builder.blocks.rectifiedOf(blocked);
  const source = rectified === undefined ? x : traced(call.builder.blocks.plain(rectified), x.shape, NCHW);
  return unary(step)({ ...call, inputs: { x: source } });
};

/** Makes every positive normal number at least 1, and the largest infinite. */
const TO_ONE_OR_MORE = 3e38;

/**
 * 1 where x > 0, alpha elsewhere. For floats and alpha 0, the mask of every rectifier's gradient, scaling and
 * clipping takes a third of the time of a comparison and a selection.
 */
const step: Emit = (builder, x, attributes) => {
  const alpha = (attributes.alpha as number | undefined) ?? 0;
  if (alpha === 0 && x.dtype === 'float32') {
    return clip(builder, elementwiseNode(builder, 'Mul', [x, builder.scalar(TO_ONE_OR_MORE)]), 0, 1);
  }
  const zero = builder.scalar(0, x.dtype === 'int32' ? 'int32' : 'float32');
  const positive = elementwiseNode(builder, 'Greater', [x, zero], 'bool');
  if (alpha === 0) return builder.cast(positive, x.dtype);
  const as = (value: number): GraphValue => builder.scalar(value, x.dtype === 'int32' ? 'int32' : 'float32');
  return elementwiseNode(builder, 'Where', [positive, as(1), as(alpha)], x.dtype);
};

function clip(builder: GraphBuilder, x: GraphValue, minimum: number, maximum: number): GraphValue {
  const type = x.dtype === 'int32' ? 'int32' : 'float32';
  return builder.op('Clip', [x, builder.scalar(minimum, type), builder.scalar(maximum, type)], x);
}

const clipByValue: Emit = (builder, x, attributes) =>
  clip(builder, x, attributes.clipValueMin as number, attributes.clipValueMax as number);

const leakyRelu: Emit = (builder, x, attributes) =>
  builder.op('LeakyRelu', [x], x, { attributes: { alpha: float(attributes.alpha as number) } });

const square: Emit = (builder, x) => elementwiseNode(builder, 'Mul', [x, x]);

const rsqrt: Emit = (builder, x) =>
  elementwiseNode(builder, 'Reciprocal', [elementwiseNode(builder, 'Sqrt', [x])]);

const cast: Emit = (builder, x, attributes) => builder.cast(x, attributes.dtype as GraphValue['dtype']);

/** dy where y >= 0, dy * (y + 1) elsewhere; `y` is the output of the forward pass. */
const eluGradient: Lowering = ({ builder, inputs }) =>
  elementwise(builder, [inputs.dy!, inputs.y!], ([dy, y]) => {
    const isPositive = elementwiseNode(builder, 'GreaterOrEqual', [y!, builder.scalar(0)], 'bool');
    const slope = elementwiseNode(builder, 'Add', [y!, builder.scalar(1)]);
    return elementwiseNode(
      builder,
      'Where',
      [isPositive, dy!, elementwiseNode(builder, 'Mul', [dy!, slope])],
      'float32',
    );
  });

const castLowering: Lowering = (call) => {
  const x = call.inputs.x!;
  if (x.dtype === call.attributes.dtype) return x;
  const constant = uniformConstant(x);
  if (constant !== undefined && call.attributes.dtype !== 'bool') {
    const dtype = call.attributes.dtype as 'float32' | 'int32';
    const graph = call.builder.scalar(
      Math.trunc(constant) === constant || dtype === 'float32' ? constant : Math.trunc(constant),
      dtype,
      x.graph.shape.length,
    );
    return { ...x, dtype, graph };
  }
  return unary(cast)(call);
};

export const unaryLowerings: LoweringTable = {
  ...Object.fromEntries(
    Object.entries(SAME_OPERATOR).map(([kernel, opType]) => [
      kernel,
      unary((builder, x) => elementwiseNode(builder, opType, [x])),
    ]),
  ),
  Cast: castLowering,
  ClipByValue: unary(clipByValue),
  Elu: unary((builder, x) => elementwiseNode(builder, 'Elu', [x])),
  EluGrad: eluGradient,
  Expm1: unary(expm1),
  LeakyRelu: unary(leakyRelu),
  Log1p: unary(log1p),
  Relu6: unary((builder, x) => clip(builder, x, 0, 6)),
  Rsqrt: unary(rsqrt),
  Square: unary(square),
  Relu: relu,
  Step: stepOrItsRectified,
};
