import type { GraphValue } from '../graph/graph.ts';
import { int } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { broadcastShapes } from '../trace/traced-value.ts';
import { arithmetic } from './arithmetic.ts';

/**
 * The quotient rounded towards minus infinity. ONNX rounds integer quotients towards zero, and two integer divisions
 * end the process: by 0, which tfjs gives as 0, and of the least integer by -1, which wraps around.
 */
export function floorDivide(builder: GraphBuilder, a: GraphValue, b: GraphValue): GraphValue {
  const { div, equal, floor, less, mul, neg, not, and, sub, where, xor } = arithmetic(builder);
  if (a.dtype === 'float32') return floor(div(a, b));
  const divisor = safeDivisor(builder, b);
  const quotient = div(a, divisor);
  const remainder = sub(a, mul(quotient, divisor));
  const isRoundedUp = and(not(equal(remainder, 0)), xor(less(remainder, 0), less(divisor, 0)));
  const floored = sub(quotient, builder.cast(isRoundedUp, 'int32'));
  return where(equal(b, 0), 0, where(equal(b, -1), neg(a), floored));
}

/** The remainder with the sign of the divisor; 0 for an integer divided by 0. */
export function modulo(builder: GraphBuilder, a: GraphValue, b: GraphValue): GraphValue {
  const { add, and, equal, less, mod, not, where, xor } = arithmetic(builder);
  if (a.dtype === 'int32') return mod(a, safeDivisor(builder, b));
  const truncated = builder.op(
    'Mod',
    [a, b],
    { shape: broadcastShapes(a.shape, b.shape), dtype: 'float32' },
    { attributes: { fmod: int(1) } },
  );
  const hasOtherSign = and(not(equal(truncated, 0)), xor(less(truncated, 0), less(b, 0)));
  return where(hasOtherSign, add(truncated, b), truncated);
}

/** `b` with 1 in place of 0 and -1, which leave no remainder either. */
function safeDivisor(builder: GraphBuilder, b: GraphValue): GraphValue {
  const { equal, or, where } = arithmetic(builder);
  return where(or(equal(b, 0), equal(b, -1)), 1, b);
}
