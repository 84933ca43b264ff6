import { int } from '../graph/graph.ts';
import { materialize, traced } from '../trace/traced-value.ts';
import type { Lowering, LoweringTable } from './lowering.ts';

/** The k largest elements along the last axis in falling order, of equal ones the first, with their positions. */
const topK: Lowering = ({ builder, inputs, attributes }) => {
  const x = inputs.x!;
  const k = attributes.k as number;
  const shape = [...x.shape.slice(0, -1), k];
  const graph = materialize(builder, x);
  const numbers = x.dtype === 'bool' ? builder.cast(graph, 'int32') : graph;
  const [values, indices] = builder.node(
    'TopK',
    [numbers, builder.int64([k])],
    [
      { shape, dtype: numbers.dtype },
      { shape, dtype: 'int64' },
    ],
    { attributes: { axis: int(-1), largest: int(1), sorted: int(1) } },
  );
  return [traced(builder.cast(values!, x.dtype)), traced(builder.cast(indices!, 'int32'))];
};

export const topKLowerings: LoweringTable = { TopK: topK };
