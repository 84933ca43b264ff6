import { hostData } from 'kd-core';
import type { GraphValue } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { materialize, NCHW, type TracedValue, traced } from '../trace/traced-value.ts';
import type { ConvolutionInfo } from './convolution.ts';

/** Physical order of the matrix product's result: [O, kh, kw, I] of a logical HWIO kernel. */
const OHWI = [3, 0, 1, 2] as const;

/** The filter gradient as one matrix product: output gradient [O, N*P] on the left, gathered input rows [N*P, kh*kw*I] on the right. */
export function filterGradientByPatches(
  builder: GraphBuilder,
  x: TracedValue,
  dy: TracedValue,
  info: ConvolutionInfo,
): TracedValue {
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
  const kernel = builder.reshape(product, [outChannels, filterHeight, filterWidth, inChannels]);
  return traced(kernel, info.filterShape, OHWI);
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
