import type { GraphValue } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { broadcastShapes, type TracedValue, uniformConstant } from '../trace/traced-value.ts';
import { asChannelAffine } from './channel-affine.ts';
import { broadcastTo, elementwise, elementwiseNode } from './elementwise.ts';
import type { Lowering, LoweringTable } from './lowering.ts';

type Emit = (builder: GraphBuilder, a: GraphValue, b: GraphValue) => GraphValue;
type Fold = (a: number, b: number) => number;

interface BinaryRule {
  readonly emit: Emit;
  /** The result when both operands are known; applied to float32 only. */
  readonly fold?: Fold;
  /** x op `rightIdentity` = x. */
  readonly rightIdentity?: number;
  /** `leftIdentity` op x = x. */
  readonly leftIdentity?: number;
  /** The operation on feature maps and one number a channel that one pass can do together with others. */
  readonly channelwise?: 'Add' | 'Sub' | 'Mul';
}

function binary({ emit, fold, rightIdentity, leftIdentity, channelwise }: BinaryRule): Lowering {
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
    const onePass = channelwise && asChannelAffine(builder, channelwise, a, b);
    return onePass ?? elementwise(builder, [a, b], ([x, y]) => emit(builder, x!, y!));
  };
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

/** ONNX divides integers towards zero, tfjs towards minus infinity. */
const floorDivide: Emit = (builder, a, b) => {
  const emit = (opType: string, ...operands: GraphValue[]): GraphValue =>
    elementwiseNode(builder, opType, operands);
  if (a.dtype === 'float32') return emit('Floor', emit('Div', a, b));
  const [zero, one] = [builder.scalar(0, 'int32'), builder.scalar(1, 'int32')];
  const isNegative = (x: GraphValue): GraphValue => elementwiseNode(builder, 'Less', [x, zero], 'bool');
  // An integer division by zero ends the process; tfjs gives 0.
  const isZero = elementwiseNode(builder, 'Equal', [b, zero], 'bool');
  const divisor = elementwiseNode(builder, 'Where', [isZero, one, b], 'int32');
  const quotient = emit('Div', a, divisor);
  const remainder = emit('Sub', a, emit('Mul', quotient, divisor));
  const isRoundedUp = emit(
    'And',
    emit('Not', elementwiseNode(builder, 'Equal', [remainder, zero], 'bool')),
    emit('Xor', isNegative(remainder), isNegative(divisor)),
  );
  const floored = emit('Sub', quotient, builder.cast(isRoundedUp, 'int32'));
  return elementwiseNode(builder, 'Where', [isZero, zero, floored], 'int32');
};

/** The remainder with the sign of the divisor: a - b * floor(a / b); 0 for an integer divided by 0. */
const modulo: Emit = (builder, a, b) => {
  const multiple = elementwiseNode(builder, 'Mul', [b, floorDivide(builder, a, b)]);
  const remainder = elementwiseNode(builder, 'Sub', [a, multiple]);
  if (a.dtype === 'float32') return remainder;
  const zero = builder.scalar(0, 'int32');
  const isZero = elementwiseNode(builder, 'Equal', [b, zero], 'bool');
  return elementwiseNode(builder, 'Where', [isZero, zero, remainder], 'int32');
};

const prelu: Lowering = ({ builder, inputs }) =>
  elementwise(builder, [inputs.x!, inputs.alpha!], ([x, alpha]) => {
    const isNegative = elementwiseNode(builder, 'Less', [x!, builder.scalar(0)], 'bool');
    return elementwiseNode(
      builder,
      'Where',
      [isNegative, elementwiseNode(builder, 'Mul', [x!, alpha!]), x!],
      'float32',
    );
  });

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
  FloorDiv: binary({ emit: floorDivide }),
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
  Prelu: prelu,
  RealDiv: binary({ emit: node('Div'), fold: (a, b) => a / b, rightIdentity: 1 }),
  SquaredDifference: binary({ emit: squaredDifference }),
  Sub: binary({ emit: node('Sub'), fold: (a, b) => a - b, rightIdentity: 0, channelwise: 'Sub' }),
};
