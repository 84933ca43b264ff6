import type { GraphDataType, GraphValue } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { broadcastShapes } from '../trace/traced-value.ts';
import { elementwiseNode } from './elementwise.ts';

/**
 * The quotient rounded towards minus infinity. ONNX rounds integer quotients towards zero, and two integer divisions
 * end the process: by 0, which tfjs gives as 0, and of the least integer by -1, which wraps around.
 */
export function floorDivide(builder: GraphBuilder, a: GraphValue, b: GraphValue): GraphValue {
  if (a.dtype === 'float32') {
    return elementwiseNode(builder, 'Floor', [elementwiseNode(builder, 'Div', [a, b])]);
  }
  const emit = emitter(builder);
  const zero = builder.scalar(0, 'int32');
  const { divisor, isZero, isMinusOne } = safeDivisor(builder, b);
  const quotient = emit('Div', [a, divisor]);
  const remainder = emit('Sub', [a, emit('Mul', [quotient, divisor])]);
  const isNegative = (x: GraphValue): GraphValue => emit('Less', [x, zero], 'bool');
  const isRoundedUp = emit('And', [
    emit('Not', [emit('Equal', [remainder, zero], 'bool')]),
    emit('Xor', [isNegative(remainder), isNegative(divisor)]),
  ]);
  const floored = emit('Sub', [quotient, builder.cast(isRoundedUp, 'int32')]);
  const signed = emit('Where', [isMinusOne, emit('Neg', [a]), floored], 'int32');
  return emit('Where', [isZero, zero, signed], 'int32');
}

/** The remainder with the sign of the divisor; 0 for an integer divided by 0. */
export function modulo(builder: GraphBuilder, a: GraphValue, b: GraphValue): GraphValue {
  const emit = emitter(builder);
  if (a.dtype === 'int32') return emit('Mod', [a, safeDivisor(builder, b).divisor]);
  const truncated = builder.op(
    'Mod',
    [a, b],
    { shape: broadcastShapes(a.shape, b.shape), dtype: 'float32' },
    {
      attributes: { fmod: { kind: 'int', value: 1 } },
    },
  );
  const zero = builder.scalar(0);
  const isNegative = (x: GraphValue): GraphValue => emit('Less', [x, zero], 'bool');
  const hasOtherSign = emit('And', [
    emit('Not', [emit('Equal', [truncated, zero], 'bool')]),
    emit('Xor', [isNegative(truncated), isNegative(b)]),
  ]);
  return emit('Where', [hasOtherSign, emit('Add', [truncated, b]), truncated], 'float32');
}

/** 1 in place of 0 and -1, by which no integer leaves a remainder that matters. */
function safeDivisor(
  builder: GraphBuilder,
  b: GraphValue,
): { divisor: GraphValue; isZero: GraphValue; isMinusOne: GraphValue } {
  const emit = emitter(builder);
  const isZero = emit('Equal', [b, builder.scalar(0, 'int32')], 'bool');
  const isMinusOne = emit('Equal', [b, builder.scalar(-1, 'int32')], 'bool');
  const isEither = emit('Or', [isZero, isMinusOne]);
  return { divisor: emit('Where', [isEither, builder.scalar(1, 'int32'), b], 'int32'), isZero, isMinusOne };
}

function emitter(
  builder: GraphBuilder,
): (opType: string, operands: readonly GraphValue[], dtype?: GraphDataType) => GraphValue {
  return (opType, operands, dtype) => elementwiseNode(builder, opType, operands, dtype);
}
