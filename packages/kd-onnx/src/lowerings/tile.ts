import { materialize, physicalShape, traced } from '../trace/traced-value.ts';
import type { Lowering, LoweringTable } from './lowering.ts';

const tile: Lowering = ({ builder, inputs, attributes }) => {
  const x = inputs.x!;
  const reps = attributes.reps as number[];
  const shape = x.shape.map((size, axis) => size * reps[axis]!);
  const isBroadcast = reps.every((count, axis) => count === 1 || x.shape[axis] === 1);
  if (isBroadcast) return { ...x, shape };
  const operand = materialize(builder, x, x.layout);
  const result = builder.op('Tile', [operand, builder.int64(x.layout.map((axis) => reps[axis]!))], {
    shape: physicalShape(shape, x.layout),
    dtype: x.dtype,
  });
  return traced(result, shape, x.layout);
};

export const tileLowerings: LoweringTable = { Tile: tile };
