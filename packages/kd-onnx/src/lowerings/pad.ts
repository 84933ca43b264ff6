import type { GraphBuilder } from '../graph/graph-builder.ts';
import { materialize, physicalShape, type TracedValue, traced } from '../trace/traced-value.ts';
import type { Lowering, LoweringTable } from './lowering.ts';

type Paddings = readonly (readonly [number, number])[];

/** Elements of one value before and after each logical axis. */
export function padTraced(
  builder: GraphBuilder,
  x: TracedValue,
  paddings: Paddings,
  value: number,
): TracedValue {
  if (paddings.every(([before, after]) => before === 0 && after === 0)) return x;
  const shape = x.shape.map((size, axis) => size + paddings[axis]![0] + paddings[axis]![1]);
  const pads = [0, 1].flatMap((side) => x.layout.map((axis) => paddings[axis]![side]!));
  const source = materialize(builder, x, x.layout);
  const operand = x.dtype === 'bool' ? builder.cast(source, 'int32') : source;
  const fill = builder.scalar(value, operand.dtype === 'int32' ? 'int32' : 'float32');
  const result = builder.op('Pad', [operand, builder.int64(pads), fill], {
    shape: physicalShape(shape, x.layout),
    dtype: operand.dtype,
  });
  return traced(builder.cast(result, x.dtype), shape, x.layout);
}

const pad: Lowering = ({ builder, inputs, attributes }) =>
  padTraced(builder, inputs.x!, attributes.paddings as Paddings, Number(attributes.constantValue ?? 0));

export const padLowerings: LoweringTable = { PadV2: pad };
