import { blockedConvolution } from '../graph/blocked-convolution.ts';
import { fillsBlocks } from '../graph/blocked-forms.ts';
import { blockedAdjointKernel, blockedKernel } from '../graph/blocked-kernel.ts';
import type { GraphValue } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { materialize, NCHW, physicalShape, type TracedValue, traced } from '../trace/traced-value.ts';
import type { ConvolutionInfo } from './convolution.ts';
import { filledInfo, filledKernel, filledMap, unfilledMap } from './filled-channels.ts';
import { stridedInputGradient } from './strided-input-gradient.ts';

/**
 * A convolution in blocks; undefined where channels do not fill them. An image of few channels stays plain, and so
 * does a plain image under a constant kernel: there the runtime goes over to blocks by itself, and merges what follows.
 */
export function blockedConv2d(
  builder: GraphBuilder,
  x: TracedValue,
  filter: TracedValue,
  info: ConvolutionInfo,
): TracedValue | undefined {
  const block = builder.target.channelBlock;
  const { inChannels, outChannels, padInfo } = info;
  if (!fillsBlocks(block, outChannels)) return undefined;
  const isNarrow = inChannels < block;
  if (!isNarrow && !fillsBlocks(block, inChannels)) return undefined;
  const image = materialize(builder, x, NCHW);
  if (filter.graph.constant !== undefined && builder.blocks.find(image) === undefined) return undefined;
  const result = blockedConvolution(builder, {
    image: isNarrow ? image : builder.blocks.of(image),
    kernel: blockedKernel(builder, materialize(builder, filter)),
    strides: [info.strideHeight, info.strideWidth],
    pads: [padInfo.top, padInfo.left, padInfo.bottom, padInfo.right],
    dilations: [info.dilationHeight, info.dilationWidth],
    outputShape: physicalShape(info.outShape, NCHW),
  });
  return traced(builder.blocks.plain(result), info.outShape, NCHW);
}

/** The same for channels that do not fill blocks; undefined where too much would be zeros. */
export function filledConv2d(
  builder: GraphBuilder,
  x: TracedValue,
  filter: TracedValue,
  info: ConvolutionInfo,
): TracedValue | undefined {
  const filled = filledInfo(builder, info);
  if (filled === undefined || filter.graph.constant !== undefined) return undefined;
  const kernel = filledKernel(builder, filter, filled);
  const result = blockedConv2d(builder, filledMap(builder, x), kernel, filled);
  return result && unfilledMap(builder, result, info.outChannels);
}

/**
 * The input gradient in blocks: zeros between the rows and columns of the output gradient undo the stride,
 * then comes a convolution with the kernel turned by 180 degrees. Undefined where channels do not fill blocks or
 * the stride left pixels over that no padding reaches.
 */
export function blockedConv2dInputGradient(
  builder: GraphBuilder,
  dy: TracedValue,
  filter: TracedValue,
  info: ConvolutionInfo,
): TracedValue | undefined {
  const { inChannels, outChannels, inHeight, inWidth, outHeight, outWidth, padInfo } = info;
  const { filterHeight, filterWidth, strideHeight, strideWidth } = info;
  const isStrided = strideHeight > 1 || strideWidth > 1;
  if (isStrided) {
    const inPhases = stridedInputGradient(builder, dy, filter, info);
    if (inPhases !== undefined) return inPhases;
  }
  if (!fillsBlocks(builder.target.channelBlock, inChannels, outChannels)) return undefined;
  const top = filterHeight - 1 - padInfo.top;
  const left = filterWidth - 1 - padInfo.left;
  const bottom = inHeight - outHeight * strideHeight - top + filterHeight - 1;
  const right = inWidth - outWidth * strideWidth - left + filterWidth - 1;
  if (Math.min(top, left, bottom, right) < 0) return undefined;

  const gradient = builder.blocks.of(materialize(builder, dy, NCHW));
  const kernel = blockedAdjointKernel(builder, materialize(builder, filter));
  const convolve = (image: GraphValue, pads: readonly number[], height: number, width: number): GraphValue =>
    blockedConvolution(builder, {
      image,
      kernel,
      strides: [1, 1],
      pads,
      dilations: [1, 1],
      outputShape: [info.batchSize, inChannels, height, width],
    });
  // A 1x1 kernel sees single pixels, so the zeros may come after it, on fewer computations.
  const isPointwise = filterHeight === 1 && filterWidth === 1 && bottom === 0 && right === 0;
  const result = isPointwise
    ? withZerosBetween(builder, convolve(gradient, [0, 0, 0, 0], outHeight, outWidth), info)
    : convolve(withZerosBetween(builder, gradient, info), [top, left, bottom, right], inHeight, inWidth);
  return traced(builder.blocks.plain(result), info.inShape, NCHW);
}

/** The same for channels that do not fill blocks; undefined where too much would be zeros. */
export function filledConv2dInputGradient(
  builder: GraphBuilder,
  dy: TracedValue,
  filter: TracedValue,
  info: ConvolutionInfo,
): TracedValue | undefined {
  const filled = filledInfo(builder, info);
  if (filled === undefined) return undefined;
  const kernel = filledKernel(builder, filter, filled);
  const result = blockedConv2dInputGradient(builder, filledMap(builder, dy), kernel, filled);
  return result && unfilledMap(builder, result, info.inChannels);
}

/** A blocked [N, C, H, W] with stride - 1 zeros after each row and column: [N, C, H * stride, W * stride]. */
function withZerosBetween(builder: GraphBuilder, blocked: GraphValue, info: ConvolutionInfo): GraphValue {
  const { strideHeight, strideWidth } = info;
  if (strideHeight === 1 && strideWidth === 1) return blocked;
  const [batch, channels, height, width] = blocked.shape as [number, number, number, number];
  const block = builder.target.channelBlock!;
  const groups = (batch * channels) / block;
  const spread = builder.reshape(blocked, [groups, height, 1, width, block]);
  // One row of columns with their block is contiguous, so that a column's zeros are a longer last axis.
  const padded = builder.op(
    'Pad',
    [
      spread,
      builder.int64([0, 0, 0, 0, 0, 0, 0, strideHeight - 1, 0, (strideWidth - 1) * block]),
      builder.scalar(0),
    ],
    { shape: [groups, height, strideHeight, width, strideWidth * block], dtype: 'float32' },
  );
  return builder.reshape(padded, [batch, channels, height * strideHeight, width * strideWidth]);
}
