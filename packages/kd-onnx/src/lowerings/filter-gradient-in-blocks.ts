import { blockedConvolution } from '../graph/blocked-convolution.ts';
import type { GraphValue } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { materialize, NCHW, type TracedValue, traced } from '../trace/traced-value.ts';
import type { ConvolutionInfo } from './convolution.ts';

/**
 * The filter gradient as a blocked convolution: the images are x with batch and channels exchanged, [I, N, H, W];
 * the kernels are the output gradient, [O, N, Ho, Wo], dilated by the forward stride; the result [I, O, kh, kw]
 * has rows and columns to spare where the stride left pixels over.
 */
export function filterGradientInBlocks(
  builder: GraphBuilder,
  x: TracedValue,
  dy: TracedValue,
  info: ConvolutionInfo,
): TracedValue {
  const block = builder.target.channelBlock!;
  const { inChannels, inHeight, inWidth, outChannels, outHeight, outWidth } = info;
  const { top, bottom, left, right } = info.padInfo;
  const height = inHeight + top + bottom - info.strideHeight * (outHeight - 1);
  const width = inWidth + left + right - info.strideWidth * (outWidth - 1);
  const images = withWholeBatch(builder, materialize(builder, x, NCHW), block);
  const result = blockedConvolution(builder, {
    image: withPaddedRows(builder, imagesByChannel(builder, images, block), left, right),
    kernel: gradientKernels(builder, withWholeBatch(builder, materialize(builder, dy, NCHW), block), block),
    strides: [1, 1],
    pads: [top, 0, bottom, 0],
    dilations: [info.strideHeight, info.strideWidth],
    outputShape: [inChannels, outChannels, height, width],
  });
  const split = builder.reshape(result, [inChannels, outChannels / block, height, width, block]);
  const { filterHeight, filterWidth } = info;
  const cropped =
    height === filterHeight && width === filterWidth
      ? split
      : builder.op(
          'Slice',
          [split, builder.int64([0, 0]), builder.int64([filterHeight, filterWidth]), builder.int64([2, 3])],
          { shape: [inChannels, outChannels / block, filterHeight, filterWidth, block], dtype: 'float32' },
        );
  const kernel = builder.transpose(cropped, [2, 3, 0, 1, 4]);
  return traced(builder.reshape(kernel, [filterHeight, filterWidth, inChannels, outChannels]));
}

/** Zero images up to a whole number of blocks: they add nothing to a sum over the batch. */
function withWholeBatch(builder: GraphBuilder, value: GraphValue, block: number): GraphValue {
  const [batch, ...rest] = value.shape as [number, number, number, number];
  const missing = (block - (batch % block)) % block;
  if (missing === 0) return value;
  return builder.op('Pad', [value, builder.int64([0, 0, 0, 0, missing, 0, 0, 0]), builder.scalar(0)], {
    shape: [batch + missing, ...rest],
    dtype: 'float32',
  });
}

/** [N, C, H, W] as [C, N, H, W] with the batch in blocks: blocked in place first, then whole rows change places. */
function imagesByChannel(builder: GraphBuilder, image: GraphValue, block: number): GraphValue {
  const [batch, channels, height, width] = image.shape as [number, number, number, number];
  const grouped = builder.reshape(image, [batch / block, block, channels, height * width]);
  const rows = builder.reshape(builder.blocks.of(grouped), [batch / block, channels, height * width * block]);
  return builder.reshape(builder.transpose(rows, [1, 0, 2]), [channels, batch, height, width]);
}

/**
 * A blocked [C, N, H, W] with zeros before and after each row. The few results in a row are computed together
 * only while none of them reaches over the edge, and there are only as many as the kernel is wide.
 */
function withPaddedRows(builder: GraphBuilder, blocked: GraphValue, left: number, right: number): GraphValue {
  if (left === 0 && right === 0) return blocked;
  const [channels, batch, height, width] = blocked.shape as [number, number, number, number];
  const block = builder.target.channelBlock!;
  const rows = builder.reshape(blocked, [(channels * batch * height) / block, width * block]);
  const padded = builder.op(
    'Pad',
    [rows, builder.int64([0, left * block, 0, right * block]), builder.scalar(0)],
    { shape: [rows.shape[0]!, (width + left + right) * block], dtype: 'float32' },
  );
  return builder.reshape(padded, [channels, batch, height, width + left + right]);
}

/** [N, O, Ho, Wo] as kernels [O, N, Ho, Wo], stored [O / block, N / block, Ho, Wo, block of N, block of O]. */
function gradientKernels(builder: GraphBuilder, gradient: GraphValue, block: number): GraphValue {
  const [batch, channels, height, width] = gradient.shape as [number, number, number, number];
  const blocked = builder.reshape(builder.blocks.of(gradient), [
    batch / block,
    block,
    channels / block,
    height * width,
    block,
  ]);
  return builder.reshape(builder.transpose(blocked, [2, 0, 3, 1, 4]), [channels, batch, height, width]);
}
