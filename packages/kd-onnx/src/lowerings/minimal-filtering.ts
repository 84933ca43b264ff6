import type { GraphBuilder } from '../graph/graph-builder.ts';
import { FILTER_SIZE } from '../graph/winograd-transforms.ts';
import type { ConvolutionInfo } from './convolution.ts';

/** Largest maps that gain: beyond, memory traffic of the transforms outweighs the products that they save. */
const MOST_PIXELS = 256;
/** Fewest channels, as the harmonic mean of those before and after, that gain over blocked convolutions. */
const FEWEST_CHANNELS = 96;
/** Fewest channels for each pixel of a row or column that gain over plain ones: transforms grow with that length. */
const FEWEST_CHANNELS_PER_PIXEL = 1.5;
/** Fewest positions of the output in a batch that outweigh the transform of a kernel in training. */
const FEWEST_POSITIONS = 256;

/**
 * Whether Winograd's minimal filtering is the faster form of a convolution. Where there are blocked convolutions, only for
 * frozen kernels, whose transform is computed once, of many channels; measured with AVX-512. Where plain convolutions
 * are no faster than matrix products, in training as well; measured in WebAssembly.
 */
export function isMinimalFilteringFaster(
  { target }: GraphBuilder,
  info: ConvolutionInfo,
  isFrozen = false,
): boolean {
  const { inChannels, outChannels, batchSize, outHeight, outWidth } = info;
  if (!isPlain3x3(info) || outHeight * outWidth > MOST_PIXELS) return false;
  const channels = (2 * inChannels * outChannels) / (inChannels + outChannels);
  if (target.channelBlock !== undefined) {
    return isFrozen && channels >= FEWEST_CHANNELS;
  }
  return (
    target.minimalFiltering === true &&
    target.productPrecision !== 'float16' &&
    channels >= FEWEST_CHANNELS_PER_PIXEL * Math.max(outHeight, outWidth) &&
    batchSize * outHeight * outWidth >= FEWEST_POSITIONS
  );
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
