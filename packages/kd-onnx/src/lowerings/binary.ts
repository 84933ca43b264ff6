import type { GraphDataType, GraphValue } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { broadcastShapes, type TracedValue, uniformConstant } from '../trace/traced-value.ts';
import { arithmetic } from './arithmetic.ts';
import { asChannelAffine } from './channel-affine.ts';
import { broadcastTo, elementwise, elementwiseNode } from './elementwise.ts';
import { floorDivide, modulo } from './integer-division.ts';
import type { Lowering, LoweringTable } from './lowering.ts';
import { asResult } from './to-integer.ts';
import { asScaledConvolution } from './winograd-conv2d.ts';

type Emit = (builder: GraphBuilder, a: GraphValue, b: GraphValue) => GraphValue;
type Fold = (a: number, b: number) => number;

interface BinaryRule {
  readonly emit: Emit;
  /** The result when both operands are known; applied to float32 only. */
  readonly fold?: Fold;
  /** By default that of the operands. */
  readonly resultDtype?: 'int32';
  /** x op `rightIdentity` = x. */
  readonly rightIdentity?: number;
  /** `leftIdentity` op x = x. */
  readonly leftIdentity?: number;
  /** The operation on feature maps and one number a channel that one pass can do together with others. */
  readonly channelwise?: 'Add' | 'Sub' | 'Mul';
}

function binary({ emit, fold, rightIdentity, leftIdentity, channelwise, resultDtype }: BinaryRule): Lowering {
  return ({ builder, inputs }) => {
    const a = inputs.a!;
    const b = inputs.b!;
    const left = uniformConstant(a);
    const right = uniformConstant(b);
    const shape = broadcastShapes(a.shape, b.shape);
    if (left !== undefined && right !== undefined && fold !== undefined && a.dtype === 'float32') {
      return constantOf(builder, fold(left, right), shape);
    }
    if (right !== undefined && right === rightIdentity) return broadcastTo(builder, a, shape);
    if (left !== undefined && left === leftIdentity) return broadcastTo(builder, b, shape);
    const onePass =
      channelwise &&
      (asScaledConvolution(builder, channelwise, a, b) ?? asChannelAffine(builder, channelwise, a, b));
    return onePass ?? elementwise(builder, [a, b], ([x, y]) => inNumbers(builder, emit, x!, y!, resultDtype));
  };
}

/** ONNX computes with numbers only: booleans are taken as integers. */
function inNumbers(
  builder: GraphBuilder,
  emit: Emit,
  a: GraphValue,
  b: GraphValue,
  dtype: GraphDataType = a.dtype,
): GraphValue {
  const [x, y] = [a, b].map((each) => (each.dtype === 'bool' ? builder.cast(each, 'int32') : each));
  const result = emit(builder, x!, y!);
  return result.dtype === 'float32' ? asResult(builder, result, dtype) : builder.cast(result, dtype);
}

function constantOf(builder: GraphBuilder, value: number, shape: readonly number[]): TracedValue {
  const graph = builder.scalar(Math.fround(value), 'float32', shape.length);
  return { shape, dtype: 'float32', layout: shape.map((_, axis) => axis), graph };
}

const node =
  (opType: string): Emit =>
  (builder, a, b) =>
    elementwiseNode(builder, opType, [a, b]);

/**
 * A product with a mask, the form of every rectifier's gradient, becomes a selection: one pass less, and
 * a masked-out infinity gives 0 instead of NaN.
 */
const multiply: Emit = (builder, a, b) => {
  for (const [mask, other] of [
    [a, b],
    [b, a],
  ] as const) {
    const producer = builder.producerOf(mask);
    const condition = producer?.inputs[0];
    if (producer?.opType === 'Cast' && condition?.dtype === 'bool' && other.dtype === 'float32') {
      return elementwiseNode(builder, 'Where', [condition, other, builder.scalar(0)], other.dtype);
    }
  }
  return elementwiseNode(builder, 'Mul', [a, b]);
};

const squaredDifference: Emit = (builder, a, b) => {
  const difference = elementwiseNode(builder, 'Sub', [a, b]);
  return elementwiseNode(builder, 'Mul', [difference, difference]);
};

const quotient: Emit = (builder, a, b) => {
  const [x, y] = [a, b].map((each) => builder.cast(each, 'float32')) as [GraphValue, GraphValue];
  return asResult(builder, elementwiseNode(builder, 'Div', [x, y]), a.dtype);
};

/** The angle of the point (x, y) in all four quadrants, -pi to pi. */
const arcTangent: Emit = (builder, a, b) => {
  const { add, div, equal, less, where } = arithmetic(builder);
  const [y, x] = [a, b].map((each) => builder.cast(each, 'float32')) as [GraphValue, GraphValue];
  const angle = elementwiseNode(builder, 'Atan', [div(y, x)]);
  const halfTurn = where(less(y, 0), builder.scalar(-Math.PI), builder.scalar(Math.PI));
  const turned = where(less(x, 0), add(angle, halfTurn), angle);
  const vertical = where(less(0, y), Math.PI / 2, where(less(y, 0), -Math.PI / 2, y));
  return asResult(builder, where(equal(x, 0), vertical, turned), a.dtype);
};

const addN: Lowering = ({ builder, inputs }) =>
  elementwise(builder, Object.values(inputs), (operands) =>
    operands.reduce((sum, operand) => elementwiseNode(builder, 'Add', [sum, operand])),
  );

export const binaryLowerings: LoweringTable = {
  Add: binary({
    emit: node('Add'),
    fold: (a, b) => a + b,
    rightIdentity: 0,
    leftIdentity: 0,
    channelwise: 'Add',
  }),
  AddN: addN,
  Atan2: binary({ emit: arcTangent }),
  BitwiseAnd: binary({ emit: node('BitwiseAnd') }),
  FloorDiv: binary({ emit: floorDivide, resultDtype: 'int32' }),
  Maximum: binary({ emit: node('Max'), fold: Math.max }),
  Minimum: binary({ emit: node('Min'), fold: Math.min }),
  Mod: binary({ emit: modulo }),
  Multiply: binary({
    emit: multiply,
    fold: (a, b) => a * b,
    rightIdentity: 1,
    leftIdentity: 1,
    channelwise: 'Mul',
  }),
  Pow: binary({ emit: node('Pow'), rightIdentity: 1 }),
  RealDiv: binary({ emit: quotient, fold: (a, b) => a / b, rightIdentity: 1 }),
  SquaredDifference: binary({ emit: squaredDifference }),
  Sub: binary({ emit: node('Sub'), fold: (a, b) => a - b, rightIdentity: 0, channelwise: 'Sub' }),
};
