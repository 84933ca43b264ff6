import type { DataType } from 'kd-core';
import { hostData } from 'kd-core';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { type TracedValue, traced } from '../trace/traced-value.ts';
import type { Lowering, LoweringTable } from './lowering.ts';

/** A tensor of equal elements: one stored element and a pending broadcast. */
export function uniform(
  builder: GraphBuilder,
  value: number,
  shape: readonly number[],
  dtype: DataType,
): TracedValue {
  const graph = builder.constant(hostData(dtype, [value]), new Array<number>(shape.length).fill(1), dtype);
  return { shape, dtype, layout: shape.map((_, axis) => axis), graph };
}

function like(value: number): Lowering {
  return ({ builder, inputs }) => uniform(builder, value, inputs.x!.shape, inputs.x!.dtype);
}

const fill: Lowering = ({ builder, attributes }) =>
  uniform(
    builder,
    Number(attributes.value),
    attributes.shape as number[],
    (attributes.dtype as DataType | undefined) ?? 'float32',
  );

function vector(builder: GraphBuilder, values: readonly number[], dtype: DataType): TracedValue {
  return traced(builder.constant(hostData(dtype, values), [values.length], dtype));
}

/** A step of 1, the default, counts down where the range falls. */
const range: Lowering = ({ builder, attributes }) => {
  const { start, stop, dtype } = attributes as { start: number; stop: number; dtype: DataType };
  const wanted = attributes.step as number;
  const step = stop < start && wanted === 1 ? -1 : wanted;
  const length = Math.max(0, Math.ceil((stop - start) / step));
  return vector(
    builder,
    Array.from({ length }, (_, index) => start + index * step),
    dtype,
  );
};

const linearSpace: Lowering = ({ builder, attributes }) => {
  const { start, stop, num } = attributes as { start: number; stop: number; num: number };
  const step = (stop - start) / (num - 1);
  return vector(
    builder,
    Array.from({ length: num }, (_, index) => (index === 0 ? start : start + index * step)),
    'float32',
  );
};

export const creationLowerings: LoweringTable = {
  Fill: fill,
  LinSpace: linearSpace,
  OnesLike: like(1),
  Range: range,
  ZerosLike: like(0),
};
