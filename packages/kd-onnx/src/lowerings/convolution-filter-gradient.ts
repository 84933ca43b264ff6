import { hostData } from 'kd-core';
import { blockedConvolution } from '../graph/blocked-convolution.ts';
import { fillsBlocks } from '../graph/blocked-forms.ts';
import type { GraphValue } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { materialize, NCHW, type TracedValue, traced } from '../trace/traced-value.ts';
import { type ConvolutionInfo, convolutionInfo } from './convolution.ts';
import type { Lowering, LoweringTable } from './lowering.ts';

/**
 * dW[kh, kw, i, o] = sum over images n and positions (h, w) of x[n, h*s + kh, w*s + kw, i] * dy[n, h, w, o].
 * Two forms: a blocked convolution in which batch and channels change places, and a matrix product.
 */
const conv2dFilterGradient: Lowering = ({ builder, inputs, attributes }) => {
  const { x, dy } = inputs as Record<'x' | 'dy', TracedValue>;
  const filterShape = attributes.filterShape as number[];
  const info = convolutionInfo(attributes, x.shape, filterShape);
  const { channelBlock } = builder.target;
  const isUnitDilation = info.dilationHeight === 1 && info.dilationWidth === 1;
  // Below one block of images, most of the blocked computation would be padding.
  const fitsBlocks = fillsBlocks(channelBlock, info.outChannels) && info.batchSize >= channelBlock;
  return isUnitDilation && fitsBlocks
    ? traced(asBlockedConvolution(builder, x, dy, info, channelBlock), filterShape)
    : traced(asMatrixProduct(builder, x, dy, info), filterShape, OHWI);
};

/**
 * The images are x with batch and channels exchanged, [I, N, H, W]; the kernels are the output gradient,
 * [O, N, Ho, Wo], dilated by the forward stride; the result [I, O, kh, kw] has rows and columns to spare
 * where the stride left pixels over. Gives HWIO.
 */
function asBlockedConvolution(
  builder: GraphBuilder,
  x: TracedValue,
  dy: TracedValue,
  info: ConvolutionInfo,
  block: number,
): GraphValue {
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
  return builder.reshape(kernel, [filterHeight, filterWidth, inChannels, outChannels]);
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

/** Physical order of the matrix product's result: [O, kh, kw, I] of a logical HWIO kernel. */
const OHWI = [3, 0, 1, 2] as const;

/** Output gradient [O, N*P] on the left, gathered input rows [N*P, kh*kw*I] on the right. */
function asMatrixProduct(
  builder: GraphBuilder,
  x: TracedValue,
  dy: TracedValue,
  info: ConvolutionInfo,
): GraphValue {
  const positions = info.outHeight * info.outWidth;
  const { batchSize, inChannels, outChannels, filterHeight, filterWidth } = info;
  const patchSize = filterHeight * filterWidth * inChannels;
  const gradient = materialize(builder, dy, NCHW);
  const rows = builder.reshape(
    builder.transpose(builder.reshape(gradient, [batchSize, outChannels, positions]), [1, 0, 2]),
    [outChannels, batchSize * positions],
  );
  const patches = builder.reshape(gatherPatches(builder, x, info), [batchSize * positions, patchSize]);
  const product = builder.op('MatMul', [rows, patches], {
    shape: [outChannels, patchSize],
    dtype: 'float32',
  });
  return builder.reshape(product, [outChannels, filterHeight, filterWidth, inChannels]);
}

/** The input values under the kernel at each output position: [N, P * kh * kw, I]. */
function gatherPatches(builder: GraphBuilder, x: TracedValue, info: ConvolutionInfo): GraphValue {
  const { top, bottom, left, right } = info.padInfo;
  const { batchSize, inHeight, inWidth, inChannels } = info;
  const isPadded = top + bottom + left + right > 0;
  const height = inHeight + top + bottom;
  const width = inWidth + left + right;
  const image = materialize(builder, x);
  const padded = isPadded
    ? builder.op('Pad', [image, builder.int64([0, top, left, 0, 0, bottom, right, 0]), builder.scalar(0)], {
        shape: [batchSize, height, width, inChannels],
        dtype: 'float32',
      })
    : image;
  const indices = patchIndices(info, width);
  const isWholeImage =
    indices.length === height * width && indices.every((index, position) => index === position);
  const pixels = builder.reshape(padded, [batchSize, height * width, inChannels]);
  if (isWholeImage) return pixels;
  return builder.op(
    'Gather',
    [pixels, builder.constant(indices, [indices.length], 'int32')],
    { shape: [batchSize, indices.length, inChannels], dtype: 'float32' },
    { attributes: { axis: { kind: 'int', value: 1 } } },
  );
}

/** For each output position and kernel element, the pixel of the padded image that lies under it. */
function patchIndices(info: ConvolutionInfo, paddedWidth: number): Int32Array {
  const {
    outHeight,
    outWidth,
    filterHeight,
    filterWidth,
    strideHeight,
    strideWidth,
    dilationHeight,
    dilationWidth,
  } = info;
  const indices = hostData('int32', outHeight * outWidth * filterHeight * filterWidth) as Int32Array;
  let next = 0;
  for (let row = 0; row < outHeight; row++) {
    for (let column = 0; column < outWidth; column++) {
      for (let kernelRow = 0; kernelRow < filterHeight; kernelRow++) {
        const y = row * strideHeight + kernelRow * dilationHeight;
        for (let kernelColumn = 0; kernelColumn < filterWidth; kernelColumn++) {
          indices[next++] = y * paddedWidth + column * strideWidth + kernelColumn * dilationWidth;
        }
      }
    }
  }
  return indices;
}

export const convolutionFilterGradientLowerings: LoweringTable = {
  Conv2DBackpropFilter: conv2dFilterGradient,
};
