import { blockedConvolution } from '../graph/blocked-convolution.ts';
import { blockedDepthwiseKernel, kernelElements } from '../graph/blocked-kernel.ts';
import { int } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { materialize, NCHW, type TracedValue, traced } from '../trace/traced-value.ts';
import type { ConvolutionInfo } from './convolution.ts';
import { contiguous, sliceTraced } from './slice.ts';
import { stridedDepthwiseInputGradient } from './strided-input-gradient.ts';

/**
 * Depthwise convolutions in blocks, where the runtime computes all channels of a block together and several times as fast as
 * plain maps. Channels that do not fill blocks have zeros behind them, but at least half of each block must be theirs.
 */
function isBlocked(builder: GraphBuilder, info: ConvolutionInfo): boolean {
  const block = builder.target.channelBlock;
  return block !== undefined && info.inChannels === info.outChannels && 2 * info.inChannels >= block;
}

function isDilated({ dilationHeight, dilationWidth }: ConvolutionInfo): boolean {
  return dilationHeight > 1 || dilationWidth > 1;
}

/** Undefined where blocks do not fit, and for a plain image under a constant kernel, as in `blockedConv2d`. */
export function blockedDepthwise(
  builder: GraphBuilder,
  x: TracedValue,
  filter: TracedValue,
  info: ConvolutionInfo,
): TracedValue | undefined {
  if (!isBlocked(builder, info)) return undefined;
  const { inChannels, filterHeight, filterWidth, padInfo } = info;
  const plain = materialize(builder, x, NCHW);
  if (filter.graph.constant !== undefined && builder.blocks.find(plain) === undefined) return undefined;
  const image = builder.blocks.filled(plain);
  const elements = kernelElements(filterHeight, filterWidth);
  const groups = image.shape[1]!;
  const result = blockedConvolution(builder, {
    image,
    kernel: blockedDepthwiseKernel(builder, materialize(builder, filter), elements),
    strides: [info.strideHeight, info.strideWidth],
    pads: [padInfo.top, padInfo.left, padInfo.bottom, padInfo.right],
    dilations: [info.dilationHeight, info.dilationWidth],
    outputShape: [info.batchSize, groups, info.outHeight, info.outWidth],
    groups,
  });
  return traced(builder.blocks.unfilled(result, inChannels), info.outShape, NCHW);
}

/**
 * A convolution of the output gradient with the kernel turned by 180 degrees, or one for each remainder that a stride leaves.
 * Undefined where blocks, strides, dilations or paddings do not fit.
 */
export function blockedDepthwiseInputGradient(
  builder: GraphBuilder,
  dy: TracedValue,
  filter: TracedValue,
  info: ConvolutionInfo,
): TracedValue | undefined {
  if (!isBlocked(builder, info) || isDilated(info)) return undefined;
  const { inChannels, inHeight, inWidth, outHeight, outWidth, filterHeight, filterWidth, padInfo } = info;
  if (info.strideHeight > 1 || info.strideWidth > 1) {
    return stridedDepthwiseInputGradient(builder, dy, filter, info);
  }
  const top = filterHeight - 1 - padInfo.top;
  const left = filterWidth - 1 - padInfo.left;
  const bottom = inHeight - outHeight - top + filterHeight - 1;
  const right = inWidth - outWidth - left + filterWidth - 1;
  if (Math.min(top, left, bottom, right) < 0) return undefined;
  const image = builder.blocks.filled(materialize(builder, dy, NCHW));
  const elements = kernelElements(filterHeight, filterWidth, true);
  const groups = image.shape[1]!;
  const result = blockedConvolution(builder, {
    image,
    kernel: blockedDepthwiseKernel(builder, materialize(builder, filter), elements),
    strides: [1, 1],
    pads: [top, left, bottom, right],
    dilations: [1, 1],
    outputShape: [info.batchSize, groups, inHeight, inWidth],
    groups,
  });
  return traced(builder.blocks.unfilled(result, inChannels), info.inShape, NCHW);
}

/**
 * The filter gradient as another depthwise convolution, in which each channel of each image is a group by itself: the image is
 * x, the kernel the output gradient, dilated by the stride, both read as they lie; the results of the images are summed.
 * Undefined where blocks do not fit.
 */
export function blockedDepthwiseFilterGradient(
  builder: GraphBuilder,
  x: TracedValue,
  dy: TracedValue,
  info: ConvolutionInfo,
): TracedValue | undefined {
  if (!isBlocked(builder, info) || isDilated(info)) return undefined;
  const block = builder.target.channelBlock!;
  const { batchSize, inHeight, inWidth, outHeight, outWidth } = info;
  const { top, left, bottom, right } = info.padInfo;
  const image = builder.blocks.filled(materialize(builder, x, NCHW));
  const kernel = builder.blocks.filled(materialize(builder, dy, NCHW));
  const channels = image.shape[1]!;
  const groups = batchSize * channels;
  // More than the filter has where the stride left pixels over.
  const rows = inHeight + top + bottom - (outHeight - 1) * info.strideHeight;
  const columns = inWidth + left + right - (outWidth - 1) * info.strideWidth;
  const perImage = blockedConvolution(builder, {
    image: builder.reshape(image, [1, groups, inHeight, inWidth]),
    kernel: builder.reshape(kernel, [groups, 1, outHeight, outWidth]),
    strides: [1, 1],
    pads: [top, left, bottom, right],
    dilations: [info.strideHeight, info.strideWidth],
    outputShape: [1, groups, rows, columns],
    groups,
  });
  const blocks = channels / block;
  const elements = blocks * rows * columns * block;
  const sums = builder.op(
    'ReduceSum',
    [builder.reshape(perImage, [batchSize, elements]), builder.int64([0])],
    { shape: [1, elements], dtype: 'float32' },
    { attributes: { keepdims: int(1) } },
  );
  const split = builder.reshape(sums, [blocks, rows, columns, block]);
  const whole = traced(builder.reshape(builder.transpose(split, [1, 2, 0, 3]), [rows, columns, channels, 1]));
  return sliceTraced(
    builder,
    whole,
    info.filterShape.map((size) => contiguous(0, size)),
  );
}
