import type { DataType } from 'kd-core';
import { uniformConstant } from '../trace/traced-value.ts';
import { uniform } from './creation.ts';
import type { Lowering, LoweringTable } from './lowering.ts';
import { toInteger } from './to-integer.ts';
import { unary } from './unary.ts';

/** Floats lose their fraction as integers; every number but 0 is true. */
const cast: Lowering = (call) => {
  const x = call.inputs.x!;
  const dtype = call.attributes.dtype as DataType;
  if (x.dtype === dtype) return x;
  const constant = uniformConstant(x);
  if (constant !== undefined && dtype !== 'bool') {
    return uniform(call.builder, dtype === 'int32' ? constant | 0 : constant, x.shape, dtype);
  }
  const truncates = x.dtype === 'float32' && dtype === 'int32';
  return unary((builder, value) => (truncates ? toInteger(builder, value) : builder.cast(value, dtype)))(
    call,
  );
};

export const castLowerings: LoweringTable = { Cast: cast };
