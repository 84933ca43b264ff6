import { int } from '../graph/graph.ts';
import { materialize, traced } from '../trace/traced-value.ts';
import { type Lowering, type LoweringTable, normalizeAxes } from './lowering.ts';

function overAxis(opType: string, attribute: 'dim' | 'axis'): Lowering {
  return ({ builder, inputs, attributes }) => {
    const x = inputs.logits!;
    const axis = normalizeAxes(attributes[attribute] ?? -1, x.shape.length)[0]!;
    const graph = materialize(builder, x, x.layout);
    const result = builder.op(opType, [graph], graph, { attributes: { axis: int(x.layout.indexOf(axis)) } });
    return traced(result, x.shape, x.layout);
  };
}

export const softmaxLowerings: LoweringTable = {
  LogSoftmax: overAxis('LogSoftmax', 'axis'),
  Softmax: overAxis('Softmax', 'dim'),
};
