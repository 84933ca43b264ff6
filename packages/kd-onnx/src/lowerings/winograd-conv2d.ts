import { sizeOf } from 'kd-core';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { FILTER_SIZE } from '../graph/winograd-transforms.ts';
import { HWNC, materialize, type TracedValue, traced } from '../trace/traced-value.ts';
import type { ConvolutionInfo } from './convolution.ts';
import { elementwiseNode } from './elementwise.ts';

/** Largest maps that gain: beyond, memory traffic of the transforms outweighs the products that they save. */
const MOST_PIXELS = 256;
/** Fewest channels, as the harmonic mean of those before and after, with which products outweigh transforms. */
const FEWEST_CHANNELS = 96;

/**
 * A 3x3 convolution by Winograd's minimal filtering, where that is faster than a direct one: for frozen
 * kernels, whose transform is computed once, of many channels on small maps. Undefined elsewhere.
 */
export function winogradConv2d(
  builder: GraphBuilder,
  x: TracedValue,
  filter: TracedValue,
  info: ConvolutionInfo,
): TracedValue | undefined {
  if (filter.graph.constant === undefined || !isFaster(builder, info)) return undefined;
  const map = builder.winograd.apply({
    image: materialize(builder, x, HWNC),
    kernel: materialize(builder, filter),
    padding: [info.padInfo.top, info.padInfo.left],
    outputSize: [info.outHeight, info.outWidth],
  });
  return traced(map, info.outShape, HWNC);
}

/** Measured on the CPU provider only. */
function isFaster({ target }: GraphBuilder, info: ConvolutionInfo): boolean {
  const { inChannels, outChannels, outHeight, outWidth } = info;
  const isPlain3x3 =
    info.filterHeight === FILTER_SIZE &&
    info.filterWidth === FILTER_SIZE &&
    info.strideHeight === 1 &&
    info.strideWidth === 1 &&
    info.dilationHeight === 1 &&
    info.dilationWidth === 1;
  const channels = (2 * inChannels * outChannels) / (inChannels + outChannels);
  return (
    target.channelBlock !== undefined &&
    isPlain3x3 &&
    outHeight * outWidth <= MOST_PIXELS &&
    channels >= FEWEST_CHANNELS
  );
}

/**
 * The sum or product of a map that such a convolution made with one number a channel: the same convolution with
 * another shift or kernel. Undefined when the operation has not that form.
 */
export function asScaledConvolution(
  builder: GraphBuilder,
  operation: 'Add' | 'Sub' | 'Mul',
  a: TracedValue,
  b: TracedValue,
): TracedValue | undefined {
  for (const [map, vector] of [
    [a, b],
    [b, a],
  ] as const) {
    const made = builder.winograd.find(map.graph);
    const channels = map.shape.at(-1);
    const isVector = vector.shape.length === 1 && vector.graph.shape[0] === channels;
    if (made === undefined || !isVector || (operation === 'Sub' && map !== a)) continue;
    const { kernel, shift } = made;
    if (operation === 'Mul') {
      // A copy of the kernel beside it pays where it is smaller than the map that is then scaled without a pass.
      if (sizeOf(kernel.shape) > sizeOf(map.graph.shape)) return undefined;
      const scaled = {
        ...made,
        kernel: elementwiseNode(builder, 'Mul', [kernel, vector.graph]),
        shift: shift && elementwiseNode(builder, 'Mul', [shift, vector.graph]),
      };
      return traced(builder.winograd.apply(scaled), map.shape, HWNC);
    }
    const addend = operation === 'Sub' ? elementwiseNode(builder, 'Neg', [vector.graph]) : vector.graph;
    const sum = shift === undefined ? addend : elementwiseNode(builder, 'Add', [shift, addend]);
    return traced(builder.winograd.apply({ ...made, shift: sum }), map.shape, HWNC);
  }
  return undefined;
}
