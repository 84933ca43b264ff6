import type { GraphDataType, GraphValue } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { arithmetic } from './arithmetic.ts';

/** Floats without their fraction; NaN and infinities, whose integers no standard defines, as 0 like in JavaScript. */
export function toInteger(builder: GraphBuilder, value: GraphValue): GraphValue {
  const { equal, sub, where } = arithmetic(builder);
  // NaN for NaN and infinities.
  const isNumber = equal(sub(value, value), 0);
  return builder.cast(where(isNumber, value, 0), 'int32');
}

/** The float32 result of a function in the dtype that tfjs gives it: integers are truncated, booleans as they are. */
export function asResult(builder: GraphBuilder, value: GraphValue, dtype: GraphDataType): GraphValue {
  return dtype === 'float32' ? value : builder.cast(toInteger(builder, value), dtype);
}
