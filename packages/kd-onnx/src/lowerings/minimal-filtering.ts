import type { GraphBuilder } from '../graph/graph-builder.ts';
import { tilingOf } from '../graph/winograd-products.ts';
import { FILTER_SIZE } from '../graph/winograd-transforms.ts';
import type { ConvolutionInfo } from './convolution.ts';

/** Largest maps that gain over blocked convolutions: beyond, memory traffic of the transforms outweighs the products that they save. */
const MOST_PIXELS = 256;
/** Fewest channels, as the harmonic mean of those before and after, that gain over blocked convolutions. */
const FEWEST_CHANNELS = 96;
/**
 * Fewest channels for each pixel along a block that gain over plain convolutions: transforms grow with that length. Half
 * as many gain a tenth more, but gradients of resnet8 then differ from PyTorch's by more than 1e-3.
 */
const FEWEST_CHANNELS_PER_PIXEL = 3;
/** Fewest positions of the output in a batch that outweigh the transform of a kernel in training. */
const FEWEST_POSITIONS = 256;

/**
 * Whether Winograd's minimal filtering is the faster form of a convolution. Where there are blocked convolutions, only for
 * frozen kernels, whose transform is computed once, of many channels; measured with AVX-512. Where plain convolutions
 * are no faster than matrix products, in training as well; measured in WebAssembly.
 */
export function isMinimalFilteringFaster(
  builder: GraphBuilder,
  info: ConvolutionInfo,
  isFrozen = false,
): boolean {
  const { target } = builder;
  const { inChannels, outChannels, batchSize, outHeight, outWidth } = info;
  if (!isPlain3x3(info)) return false;
  const channels = (2 * inChannels * outChannels) / (inChannels + outChannels);
  if (target.channelBlock !== undefined) {
    return isFrozen && outHeight * outWidth <= MOST_PIXELS && channels >= FEWEST_CHANNELS;
  }
  const length = Math.max(blockLength(builder, outHeight), blockLength(builder, outWidth));
  return (
    target.minimalFiltering === true &&
    target.productPrecision !== 'float16' &&
    channels >= FEWEST_CHANNELS_PER_PIXEL * length &&
    batchSize * outHeight * outWidth >= FEWEST_POSITIONS
  );
}

function blockLength(builder: GraphBuilder, length: number): number {
  return tilingOf(builder, length).length;
}

function isPlain3x3(info: ConvolutionInfo): boolean {
  return (
    info.filterHeight === FILTER_SIZE &&
    info.filterWidth === FILTER_SIZE &&
    info.strideHeight === 1 &&
    info.strideWidth === 1 &&
    info.dilationHeight === 1 &&
    info.dilationWidth === 1
  );
}
