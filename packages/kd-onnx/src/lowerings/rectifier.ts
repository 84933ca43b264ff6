import { backend_util } from '@tensorflow/tfjs-core';
import type { GraphValue } from '../graph/graph.ts';
import { float } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { NCHW, type TracedValue, traced } from '../trace/traced-value.ts';
import { asChannelAffine, blockedOf, rectify } from './channel-affine.ts';
import { elementwise, elementwiseNode } from './elementwise.ts';
import type { Lowering, LoweringTable } from './lowering.ts';
import { type EmitUnary, node, real, unary } from './unary.ts';

/** ReLU of a blocked feature map rides on the pass that made the map. */
const relu: Lowering = (call) => {
  const x = call.inputs.x!;
  if (x.dtype === 'bool') return x;
  return (
    rectify(call.builder, x) ??
    elementwise(call.builder, [x], ([value]) => positivePart(call.builder, value!))
  );
};

function positivePart(builder: GraphBuilder, x: GraphValue): GraphValue {
  const isMaximum = builder.target.branchingClips === true && x.dtype === 'float32';
  return isMaximum
    ? elementwiseNode(builder, 'Max', [x, builder.scalar(0)])
    : elementwiseNode(builder, 'Relu', [x]);
}

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
 * 1 where x > 0, alpha elsewhere, NaN of NaN. For floats and alpha 0, the mask of every rectifier's gradient, a steep
 * line clipped to [0, 1] takes a sixth of the time of a comparison and a selection. Where clips branch, it
 * continues the ReLU that the forward pass has.
 */
const step: EmitUnary = (builder, x, attributes) => {
  const alpha = (attributes.alpha as number | undefined) ?? 0;
  if (x.dtype === 'bool') return x;
  const zero = builder.scalar(0, numeric(x));
  const isPositive = elementwiseNode(builder, 'Greater', [x, zero], 'bool');
  if (x.dtype === 'int32') {
    if (alpha === 0) return builder.cast(isPositive, 'int32');
    const low = builder.scalar(Math.trunc(alpha), 'int32');
    return elementwiseNode(builder, 'Where', [isPositive, builder.scalar(1, 'int32'), low], 'int32');
  }
  if (alpha === 0 && builder.target.branchingClips === true) {
    const steep = elementwiseNode(builder, 'Mul', [positivePart(builder, x), builder.scalar(TO_ONE_OR_MORE)]);
    return elementwiseNode(builder, 'Min', [steep, builder.scalar(1)]);
  }
  if (alpha === 0) {
    return builder.op('HardSigmoid', [x], x, {
      attributes: { alpha: float(TO_ONE_OR_MORE), beta: float(0) },
    });
  }
  const isLow = elementwiseNode(builder, 'LessOrEqual', [x, zero], 'bool');
  const low = elementwiseNode(builder, 'Where', [isLow, builder.scalar(alpha), x], 'float32');
  return elementwiseNode(builder, 'Where', [isPositive, builder.scalar(1), low], 'float32');
};

function numeric(x: GraphValue): 'float32' | 'int32' {
  return x.dtype === 'int32' ? 'int32' : 'float32';
}

function clip(builder: GraphBuilder, x: GraphValue, minimum: number, maximum: number): GraphValue {
  return builder.op('Clip', [x, builder.scalar(minimum, numeric(x)), builder.scalar(maximum, numeric(x))], x);
}

/** Fractional bounds of integers are truncated, as the clipped value would be. */
const clipByValue: EmitUnary = (builder, x, attributes) => {
  const minimum = attributes.clipValueMin as number;
  const maximum = attributes.clipValueMax as number;
  if (x.dtype === 'float32') return clip(builder, x, minimum, maximum);
  const [low, high] = [minimum, maximum].map(toInteger) as [number, number];
  return builder.cast(clip(builder, builder.cast(x, 'int32'), low, high), x.dtype);
};

/** `value` without its fraction, within the range of int32. */
function toInteger(value: number): number {
  return Math.min(Math.max(Math.trunc(value), -(2 ** 31)), 2 ** 31 - 1);
}

const relu6: EmitUnary = (builder, x) => (x.dtype === 'bool' ? x : clip(builder, x, 0, 6));

const leakyRelu: EmitUnary = (builder, x, attributes) =>
  builder.op('LeakyRelu', [x], x, { attributes: { alpha: float(attributes.alpha as number) } });

const selu: EmitUnary = (builder, x) =>
  builder.op('Selu', [x], x, {
    attributes: {
      alpha: float(backend_util.SELU_SCALEALPHA / backend_util.SELU_SCALE),
      gamma: float(backend_util.SELU_SCALE),
    },
  });

/** max(x, 0) + alpha * min(x, 0) of a blocked map with one slope a channel, the sum in the pass of the product. */
function blockedPrelu(builder: GraphBuilder, x: TracedValue, alpha: TracedValue): TracedValue | undefined {
  const blocked = blockedOf(builder, x);
  if (blocked === undefined) return undefined;
  const negative = elementwiseNode(builder, 'Min', [blocked, builder.scalar(0)]);
  const scaled = asChannelAffine(
    builder,
    'Mul',
    traced(builder.blocks.plain(negative), x.shape, NCHW),
    alpha,
  );
  const positive =
    rectify(builder, x) ?? traced(builder.blocks.plain(positivePart(builder, blocked)), x.shape, NCHW);
  return scaled && asChannelAffine(builder, 'Add', scaled, positive);
}

const prelu: Lowering = ({ builder, inputs }) =>
  blockedPrelu(builder, inputs.x!, inputs.alpha!) ??
  elementwise(builder, [inputs.x!, inputs.alpha!], (operands) => {
    const [x, alpha] = operands.map((each) => builder.cast(each, 'float32')) as [GraphValue, GraphValue];
    const isNegative = elementwiseNode(builder, 'Less', [x, builder.scalar(0)], 'bool');
    const scaled = elementwiseNode(builder, 'Mul', [x, alpha]);
    return elementwiseNode(builder, 'Where', [isNegative, scaled, x], 'float32');
  });

/** dy where y >= 0, dy * (y + 1) elsewhere; `y` is the output of the forward pass. */
const eluGradient: Lowering = ({ builder, inputs }) =>
  elementwise(builder, [inputs.dy!, inputs.y!], ([dy, y]) => {
    const isPositive = elementwiseNode(builder, 'GreaterOrEqual', [y!, builder.scalar(0)], 'bool');
    const slope = elementwiseNode(builder, 'Add', [y!, builder.scalar(1)]);
    const scaled = elementwiseNode(builder, 'Mul', [dy!, slope]);
    return elementwiseNode(builder, 'Where', [isPositive, dy!, scaled], 'float32');
  });

export const rectifierLowerings: LoweringTable = {
  ClipByValue: unary(clipByValue),
  Elu: real(node('Elu')),
  EluGrad: eluGradient,
  LeakyRelu: real(leakyRelu, 'float32'),
  Prelu: prelu,
  Relu: relu,
  Relu6: unary(relu6),
  Selu: real(selu),
  Step: stepOrItsRectified,
};
