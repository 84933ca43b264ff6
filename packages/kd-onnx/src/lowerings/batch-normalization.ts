import type { GraphValue } from '../graph/graph.ts';
import { float } from '../graph/graph.ts';
import { type GraphBuilder, sameShape } from '../graph/graph-builder.ts';
import { HWNC, materialize, NCHW, rowMajorLayout, type TracedValue, traced } from '../trace/traced-value.ts';
import { scaleChannels } from './channel-affine.ts';
import { uniform } from './creation.ts';
import { elementwise, elementwiseNode } from './elementwise.ts';
import type { Lowering, LoweringTable } from './lowering.ts';
import { asScaledConvolution } from './winograd-conv2d.ts';

/** Inference-mode batch normalisation over the last axis with given statistics. */
const fusedBatchNorm: Lowering = ({ builder, inputs, attributes }) => {
  const { x, mean, variance } = inputs as Record<'x' | 'mean' | 'variance', TracedValue>;
  const statistics = [mean, variance];
  const scale = inputs.scale ?? uniform(builder, 1, mean.shape, 'float32');
  const offset = inputs.offset ?? uniform(builder, 0, mean.shape, 'float32');
  const epsilon = attributes.varianceEpsilon as number;
  const isPerChannel = [...statistics, scale, offset].every((each) => each.shape.length === 1);
  if (isPerChannel && (x.shape.length === 4 || x.shape.length === 2)) {
    const vectors = [scale, offset, mean, variance].map((each) => materialize(builder, each));
    const [gain, shift, center, spread] = vectors as [GraphValue, GraphValue, GraphValue, GraphValue];
    const affine = affineOf(builder, { gain, shift, center, spread, epsilon });
    const pixelsFirst = sameShape(x.layout, HWNC) ? scalePixels(builder, x, affine) : undefined;
    const onePass = pixelsFirst ?? scaleChannels(builder, x, affine);
    if (onePass !== undefined) return onePass;
    const layout = x.shape.length === 4 ? NCHW : rowMajorLayout(2);
    const graph = materialize(builder, x, layout);
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

interface Affine {
  readonly scale: GraphValue;
  readonly shift: GraphValue;
}

/** The normalisation as scale * x + shift, with one number a channel each. */
function affineOf(
  builder: GraphBuilder,
  normalization: {
    readonly gain: GraphValue;
    readonly shift: GraphValue;
    readonly center: GraphValue;
    readonly spread: GraphValue;
    readonly epsilon: number;
  },
): Affine {
  const { gain, shift, center, spread, epsilon } = normalization;
  const deviation = elementwiseNode(builder, 'Sqrt', [
    elementwiseNode(builder, 'Add', [spread, builder.scalar(epsilon)]),
  ]);
  const scale = elementwiseNode(builder, 'Div', [gain, deviation]);
  const moved = elementwiseNode(builder, 'Mul', [center, scale]);
  return { scale, shift: elementwiseNode(builder, 'Sub', [shift, moved]) };
}

/** A map with its pixels first stays so: its channels lie along the last axis, where vectors broadcast fast. */
function scalePixels(builder: GraphBuilder, x: TracedValue, { scale, shift }: Affine): TracedValue {
  const joined = (operation: 'Mul' | 'Add', map: TracedValue, vector: GraphValue): TracedValue =>
    asScaledConvolution(builder, operation, map, traced(vector)) ??
    elementwise(builder, [map, traced(vector)], ([a, b]) => elementwiseNode(builder, operation, [a!, b!]));
  return joined('Add', joined('Mul', x, scale), shift);
}

export const batchNormalizationLowerings: LoweringTable = { FusedBatchNorm: fusedBatchNorm };
