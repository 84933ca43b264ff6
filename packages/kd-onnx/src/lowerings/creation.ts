import type { DataType } from 'kd-core';
import { hostData } from 'kd-core';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { TracedValue } from '../trace/traced-value.ts';
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

const range: Lowering = ({ builder, attributes }) => {
  const { start, stop, step, dtype } = attributes as {
    start: number;
    stop: number;
    step: number;
    dtype: DataType;
  };
  const length = Math.max(0, Math.ceil((stop - start) / step));
  const values = Array.from({ length }, (_, index) => start + index * step);
  const graph = builder.constant(hostData(dtype, values), [length], dtype);
  return { shape: [length], dtype, layout: [0], graph };
};

export const creationLowerings: LoweringTable = {
  Fill: fill,
  OnesLike: like(1),
  Range: range,
  ZerosLike: like(0),
};
