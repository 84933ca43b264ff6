import { int } from '../graph/graph.ts';
import { materialize, physicalShape, traced } from '../trace/traced-value.ts';
import type { Lowering, LoweringTable } from './lowering.ts';

/**
 * Padding that mirrors the tensor at its edge, which 'symmetric' repeats and 'reflect' does not. ONNX pads with
 * the second kind only, so the elements are gathered, axis by axis.
 */
const mirrorPad: Lowering = ({ builder, inputs, attributes }) => {
  const x = inputs.x!;
  const paddings = attributes.paddings as [number, number][];
  const edge = attributes.mode === 'reflect' ? 0 : 1;
  let graph = materialize(builder, x, x.layout);
  const shape = [...x.shape];
  paddings.forEach(([before, after], axis) => {
    if (before === 0 && after === 0) return;
    const size = x.shape[axis]!;
    shape[axis] = before + size + after;
    const indices = Int32Array.from({ length: shape[axis] }, (_, position) => {
      const index = position - before;
      if (index < 0) return -index - edge;
      return index >= size ? 2 * (size - 1) - index + edge : index;
    });
    graph = builder.op(
      'Gather',
      [graph, builder.constant(indices, [indices.length], 'int32')],
      { shape: physicalShape(shape, x.layout), dtype: x.dtype },
      { attributes: { axis: int(x.layout.indexOf(axis)) } },
    );
  });
  return traced(graph, shape, x.layout);
};

export const mirrorPadLowerings: LoweringTable = { MirrorPad: mirrorPad };
