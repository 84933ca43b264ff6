import { fillsBlocks } from '../graph/blocked-forms.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { materialize, NCHW, type TracedValue, traced } from '../trace/traced-value.ts';
import type { ConvolutionInfo } from './convolution.ts';
import { padTraced } from './pad.ts';
import { contiguous, sliceTraced } from './slice.ts';

/** Blocks are faster than plain convolutions by more than this factor of computations, the products with zeros included. */
const MOST_FILLING = 1.7;

/**
 * A convolution with channels of zeros behind its own, so that all fill blocks; undefined where they do already, and where
 * too much of it would be products with zeros.
 */
export function filledInfo(builder: GraphBuilder, info: ConvolutionInfo): ConvolutionInfo | undefined {
  const block = builder.target.channelBlock;
  const { inChannels, outChannels, filterShape, inShape, outShape } = info;
  if (block === undefined || fillsBlocks(block, inChannels, outChannels)) return undefined;
  const [inputs, outputs] = [inChannels, outChannels].map((count) => Math.ceil(count / block) * block) as [
    number,
    number,
  ];
  if (inputs * outputs > MOST_FILLING * inChannels * outChannels) return undefined;
  return {
    ...info,
    inChannels: inputs,
    outChannels: outputs,
    inShape: [inShape[0], inShape[1], inShape[2], inputs],
    outShape: [outShape[0], outShape[1], outShape[2], outputs],
    filterShape: [filterShape[0], filterShape[1], inputs, outputs],
  };
}

/** A map [N, H, W, C] in blocks, seen with its channels of zeros. */
export function filledMap(builder: GraphBuilder, map: TracedValue): TracedValue {
  const filled = builder.blocks.filled(materialize(builder, map, NCHW));
  return traced(builder.blocks.plain(filled), map.shape.with(3, filled.shape[1]!), NCHW);
}

/** A map as `filledMap` gives it with the first `channels` alone; the others must be zeros. */
export function unfilledMap(builder: GraphBuilder, map: TracedValue, channels: number): TracedValue {
  const plain = builder.blocks.unfilled(builder.blocks.of(map.graph), channels);
  return traced(plain, map.shape.with(3, channels), NCHW);
}

/** A kernel HWIO with zeros up to the channels of `filled`. */
export function filledKernel(
  builder: GraphBuilder,
  kernel: TracedValue,
  { filterShape }: ConvolutionInfo,
): TracedValue {
  const paddings = kernel.shape.map((size, axis): [number, number] => [0, filterShape[axis]! - size]);
  return padTraced(builder, traced(materialize(builder, kernel)), paddings, 0);
}

/** A kernel as `filledKernel` gives it with its own channels alone. */
export function unfilledKernel(
  builder: GraphBuilder,
  kernel: TracedValue,
  { filterShape }: ConvolutionInfo,
): TracedValue {
  return sliceTraced(
    builder,
    kernel,
    filterShape.map((size) => contiguous(0, size)),
  );
}
