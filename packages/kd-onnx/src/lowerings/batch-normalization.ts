import type { GraphValue } from '../graph/graph.ts';
import { float } from '../graph/graph.ts';
import { materialize, NCHW, rowMajorLayout, type TracedValue, traced } from '../trace/traced-value.ts';
import { normalizeChannels } from './channel-affine.ts';
import { uniform } from './creation.ts';
import { elementwise, elementwiseNode } from './elementwise.ts';
import type { Lowering, LoweringTable } from './lowering.ts';

/** Inference-mode batch normalisation over the last axis with given statistics. */
const fusedBatchNorm: Lowering = ({ builder, inputs, attributes }) => {
  const { x, mean, variance } = inputs as Record<'x' | 'mean' | 'variance', TracedValue>;
  const statistics = [mean, variance];
  const scale = inputs.scale ?? uniform(builder, 1, mean.shape, 'float32');
  const offset = inputs.offset ?? uniform(builder, 0, mean.shape, 'float32');
  const epsilon = attributes.varianceEpsilon as number;
  const isPerChannel = [...statistics, scale, offset].every((each) => each.shape.length === 1);
  if (isPerChannel && (x.shape.length === 4 || x.shape.length === 2)) {
    const layout = x.shape.length === 4 ? NCHW : rowMajorLayout(2);
    const graph = materialize(builder, x, layout);
    const vectors = [scale, offset, mean, variance].map((each) => materialize(builder, each));
    const [gain, shift, center, spread] = vectors as [GraphValue, GraphValue, GraphValue, GraphValue];
    const onePass = normalizeChannels(builder, x, {
      mean: center,
      variance: spread,
      scale: gain,
      offset: shift,
      epsilon,
    });
    if (onePass !== undefined) return onePass;
    const result = builder.op('BatchNormalization', [graph, ...vectors], graph, {
      attributes: { epsilon: float(epsilon) },
    });
    return traced(result, x.shape, layout);
  }
  return elementwise(builder, [x, mean, variance, scale, offset], ([value, center, spread, gain, shift]) => {
    const deviation = elementwiseNode(builder, 'Sqrt', [
      elementwiseNode(builder, 'Add', [spread!, builder.scalar(epsilon)]),
    ]);
    const normalized = elementwiseNode(builder, 'Div', [
      elementwiseNode(builder, 'Sub', [value!, center!]),
      deviation,
    ]);
    return elementwiseNode(builder, 'Add', [elementwiseNode(builder, 'Mul', [normalized, gain!]), shift!]);
  });
};

export const batchNormalizationLowerings: LoweringTable = { FusedBatchNorm: fusedBatchNorm };
