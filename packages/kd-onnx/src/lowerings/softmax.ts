import { int } from '../graph/graph.ts';
import { materialize, traced } from '../trace/traced-value.ts';
import { type Lowering, type LoweringTable, normalizeAxes } from './lowering.ts';

/** tfjs's log-softmax is made of other kernels. */
const softmax: Lowering = ({ builder, inputs, attributes }) => {
  const x = inputs.logits!;
  const axis = normalizeAxes(attributes.dim ?? -1, x.shape.length)[0]!;
  const graph = builder.cast(materialize(builder, x, x.layout), 'float32');
  const result = builder.op('Softmax', [graph], graph, { attributes: { axis: int(x.layout.indexOf(axis)) } });
  return traced(result, x.shape, x.layout);
};

export const softmaxLowerings: LoweringTable = { Softmax: softmax };
