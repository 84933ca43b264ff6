import { sizeOf } from 'kd-core';
import { blockedConvolution } from '../graph/blocked-convolution.ts';
import { plainKernel } from '../graph/blocked-kernel.ts';
import type { GraphValue } from '../graph/graph.ts';
import { int } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { permuteRows } from '../graph/permute-rows.ts';
import { materialize, NCHW, type TracedValue, traced } from '../trace/traced-value.ts';
import { blockedOf } from './channel-affine.ts';
import type { ConvolutionInfo } from './convolution.ts';

/** Independent pieces of work that keep the threads of a processor evenly busy. */
const ENOUGH_PIECES = 48;
/** Filters of one blocked convolution that a thread computes together, in blocks. */
const BLOCKS_TOGETHER = 4;
/** Shifting multiplies by zeros mostly: beyond this many products for one of the gradient itself it no longer pays. */
const MOST_SHIFTING = 4;

/**
 * How the positions of the output gradient fill blocks: a block has `columns` positions of one row in each of
 * `images` images, and a row takes `blocks` of them.
 */
interface Tiling {
  readonly images: number;
  readonly columns: number;
  readonly blocks: number;
  /** Parts of the batch that are summed separately. */
  readonly groups: number;
  /** Sets of `images` images in a group. */
  readonly sets: number;
}

/**
 * The filter gradient as a blocked convolution that sums over positions: its input channels are the positions along
 * the rows of all images, its kernel height is that of the output gradient, its filters are the output
 * channels, and its columns are the columns of the filter and the input channels. The output gradient is read
 * as it lies; the input is shifted once for each column of the filter by another convolution, with a kernel of
 * zeros and ones, which brings positions into blocks and pads rows in the same pass.
 *
 * For output channels that fill blocks; undefined where the rows of the output gradient do not fill blocks of positions.
 */
export function filterGradientByPosition(
  builder: GraphBuilder,
  x: TracedValue,
  dy: TracedValue,
  info: ConvolutionInfo,
): TracedValue | undefined {
  const block = builder.target.channelBlock!;
  const { inChannels, outChannels, inHeight, outHeight } = info;
  const { filterHeight, filterWidth, filterShape, strideHeight, padInfo } = info;
  const channels = blockedOf(builder, x) === undefined ? inChannels : block;
  const parts = inChannels / channels;
  const tiling = tilingOf(info, block, parts);
  if (tiling === undefined) return undefined;
  const { groups, sets, blocks } = tiling;
  const outBlocks = outChannels / block;
  const missing = filterHeight + strideHeight * (outHeight - 1) - padInfo.top - inHeight;
  // Rows of x that the stride left over let the kernel move further than the filter is high.
  const spare = Math.max(0, -missing);
  const rows = filterHeight === 1 ? 1 : filterHeight + spare;
  const columns = filterWidth * channels;

  const perGroup = blockedConvolution(builder, {
    image: builder.reshape(shiftedColumns(builder, x, info, tiling, channels), [
      parts,
      groups * sets * block,
      inHeight,
      blocks * columns,
    ]),
    kernel: builder.reshape(gradientInGroups(builder, dy, info, tiling), [
      groups * outChannels,
      sets * block,
      outHeight,
      blocks,
    ]),
    strides: [filterHeight === 1 ? 1 + spare : 1, 1],
    pads: [padInfo.top, 0, Math.max(0, missing), 0],
    dilations: [strideHeight, columns],
    outputShape: [parts, groups * outChannels, rows, columns],
    groups,
  });
  const total = sumOverGroups(
    builder,
    builder.reshape(perGroup, [parts, groups, outBlocks, rows, columns * block]),
  );
  const cropped =
    rows === filterHeight
      ? total
      : builder.op('Slice', [total, builder.int64([0]), builder.int64([filterHeight]), builder.int64([3])], {
          shape: [parts, 1, outBlocks, filterHeight, columns * block],
          dtype: 'float32',
        });
  const split = builder.reshape(cropped, [parts, outBlocks, filterHeight * filterWidth, channels, block]);
  return traced(plainKernel(builder, split, filterShape));
}

function tilingOf(info: ConvolutionInfo, block: number, parts: number): Tiling | undefined {
  const { batchSize, outWidth, outChannels, filterHeight } = info;
  const images = outWidth < block ? block / outWidth : 1;
  const blocks = (outWidth * images) / block;
  const allSets = batchSize / images;
  if (![images, blocks, allSets].every(Number.isInteger)) return undefined;
  const shifting = info.strideHeight * images * images * info.inWidth;
  if (shifting > MOST_SHIFTING * filterHeight * outChannels) return undefined;
  const piecesInGroup = parts * Math.ceil(outChannels / (BLOCKS_TOGETHER * block)) * filterHeight;
  const enough = Math.ceil(ENOUGH_PIECES / piecesInGroup);
  // A group for each image reads the output gradient in place, but then as many filters are to be added up.
  const isCheapSum = allSets * sizeOf(info.filterShape) <= 2 * sizeOf(info.outShape);
  const isInPlace = images === 1 && outChannels > block && isCheapSum;
  const groups = isInPlace ? allSets : divisorFrom(enough, allSets);
  return { images, columns: block / images, blocks, groups, sets: allSets / groups };
}

/** The smallest divisor of `total` that is at least `minimum`. */
function divisorFrom(minimum: number, total: number): number {
  let divisor = Math.min(minimum, total);
  while (total % divisor !== 0) divisor++;
  return divisor;
}

/** [parts, N / images, H, blocks, kw, channels, block of positions] */
function shiftedColumns(
  builder: GraphBuilder,
  x: TracedValue,
  info: ConvolutionInfo,
  tiling: Tiling,
  channels: number,
): GraphValue {
  const block = builder.target.channelBlock!;
  const { images, blocks } = tiling;
  const { batchSize, inChannels, inHeight, inWidth, filterWidth } = info;
  const source = builder.reshape(blockedOf(builder, x) ?? materialize(builder, x), [
    batchSize / images,
    images,
    inChannels / channels,
    inHeight,
    inWidth * channels,
  ]);
  const rows = permuteRows(builder, source, [2, 0, 3, 1]);
  const count = sizeOf(rows.shape) / (images * inWidth * channels);
  const taps = images * inWidth;
  const filters = blocks * filterWidth * block;
  return blockedConvolution(builder, {
    image: builder.reshape(rows, [count, 1, taps, channels]),
    kernel: builder.constant(shiftingKernel(info, tiling, block), [filters, 1, taps, 1], 'float32'),
    strides: [1, 1],
    pads: [0, 0, 0, 0],
    dilations: [1, 1],
    outputShape: [count, filters, 1, channels],
  });
}

/**
 * Filters [blocks, kw, block of positions] over the taps [images, W]: a one where the position reads the tap for that
 * column of the filter, and nowhere if it reads padding. Stored [blocks, kw, images, W, block of positions].
 */
function shiftingKernel(
  info: ConvolutionInfo,
  { images, columns, blocks }: Tiling,
  block: number,
): Float32Array {
  const { inWidth, filterWidth, strideWidth, padInfo } = info;
  const taps = images * inWidth;
  const kernel = new Float32Array(blocks * filterWidth * taps * block);
  for (let position = 0; position < blocks * block; position++) {
    const lane = position % block;
    const image = Math.floor(lane / columns);
    const outColumn = images === 1 ? position : lane % columns;
    for (let shift = 0; shift < filterWidth; shift++) {
      const column = outColumn * strideWidth + shift - padInfo.left;
      if (column < 0 || column >= inWidth) continue;
      const filter = Math.floor(position / block) * filterWidth + shift;
      kernel[(filter * taps + image * inWidth + column) * block + lane] = 1;
    }
  }
  return kernel;
}

/** [groups, O / block, sets, Ho, blocks, block of positions, block of O] */
function gradientInGroups(
  builder: GraphBuilder,
  dy: TracedValue,
  info: ConvolutionInfo,
  { images, groups, sets }: Tiling,
): GraphValue {
  const block = builder.target.channelBlock!;
  const { outChannels, outHeight, outWidth } = info;
  const blocked = builder.blocks.of(materialize(builder, dy, NCHW));
  const rows = [outHeight, outWidth * block];
  const split = builder.reshape(blocked, [groups, sets, images, outChannels / block, ...rows]);
  return permuteRows(builder, split, [0, 3, 1, 4, 2]);
}

/** Over axis 1, which stays. */
function sumOverGroups(builder: GraphBuilder, value: GraphValue): GraphValue {
  if (value.shape[1] === 1) return value;
  const shape = value.shape.map((size, axis) => (axis === 1 ? 1 : size));
  return builder.op(
    'ReduceSum',
    [value, builder.int64([1])],
    { shape, dtype: 'float32' },
    { attributes: { keepdims: int(1) } },
  );
}
