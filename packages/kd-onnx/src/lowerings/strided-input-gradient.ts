import { blockedConvolution } from '../graph/blocked-convolution.ts';
import { fillsBlocks } from '../graph/blocked-forms.ts';
import { adjointTiles, blockedDepthwiseKernel, kernelOfTiles } from '../graph/blocked-kernel.ts';
import type { GraphValue } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { interleave } from '../graph/interleave.ts';
import { materialize, NCHW, type TracedValue, traced } from '../trace/traced-value.ts';
import type { ConvolutionInfo } from './convolution.ts';

/** Along one axis, what the pixels of x see whose coordinate leaves one remainder when divided by the stride. */
interface Phase {
  /** For each position of dy from the first to the last that such a pixel sees, the row of the filter between them. */
  readonly filterRows: readonly number[];
  readonly padBefore: number;
  readonly padBehind: number;
  /** How many such pixels there are. */
  readonly count: number;
}

/** The phases of the rows of x and those of its columns. */
interface Phases {
  readonly rows: readonly Phase[];
  readonly columns: readonly Phase[];
}

/**
 * The input gradient of a strided convolution in blocks. Pixels of x whose coordinates leave the same remainders when
 * divided by the strides see the same elements of the filter, so for each pair of remainders the gradient is a
 * convolution of the output gradient with a small part of the filter, without any zeros between pixels.
 * Undefined where blocks, strides or paddings do not fit.
 */
export function stridedInputGradient(
  builder: GraphBuilder,
  dy: TracedValue,
  filter: TracedValue,
  info: ConvolutionInfo,
): TracedValue | undefined {
  const phases = phasesOf(info);
  const { inChannels, outChannels } = info;
  if (phases === undefined || !fillsBlocks(builder.target.channelBlock, inChannels, outChannels)) {
    return undefined;
  }
  const tiles = adjointTiles(builder, materialize(builder, filter));
  const gradient = convolvePhases(builder, info, phases, {
    image: builder.blocks.of(materialize(builder, dy, NCHW)),
    kernelOf: (elements) => kernelOfTiles(builder, tiles, elements),
  });
  return traced(builder.blocks.plain(gradient), info.inShape, NCHW);
}

/** The same for a depthwise convolution with one filter a channel, of any number of channels. */
export function stridedDepthwiseInputGradient(
  builder: GraphBuilder,
  dy: TracedValue,
  filter: TracedValue,
  info: ConvolutionInfo,
): TracedValue | undefined {
  const phases = phasesOf(info);
  if (phases === undefined) return undefined;
  const kernel = materialize(builder, filter);
  const image = builder.blocks.filled(materialize(builder, dy, NCHW));
  const gradient = convolvePhases(builder, info, phases, {
    image,
    kernelOf: (elements) => blockedDepthwiseKernel(builder, kernel, elements),
    groups: image.shape[1]!,
  });
  return traced(builder.blocks.unfilled(gradient, info.inChannels), info.inShape, NCHW);
}

/** The blocked map whose phases are convolutions of `image` with the kernels that `kernelOf` makes of their elements. */
function convolvePhases(
  builder: GraphBuilder,
  info: ConvolutionInfo,
  { rows, columns }: Phases,
  {
    image,
    kernelOf,
    groups = 1,
  }: {
    readonly image: GraphValue;
    readonly kernelOf: (elements: readonly (readonly number[])[]) => GraphValue;
    readonly groups?: number;
  },
): GraphValue {
  const phases = rows.map((row) =>
    columns.map((column) => {
      const elements = row.filterRows.map((y) => column.filterRows.map((x) => y * info.filterWidth + x));
      const kernel = kernelOf(elements);
      return blockedConvolution(builder, {
        image,
        kernel,
        strides: [1, 1],
        pads: [row.padBefore, column.padBefore, row.padBehind, column.padBehind],
        dilations: [1, 1],
        outputShape: [info.batchSize, kernel.shape[0]!, row.count, column.count],
        groups,
      });
    }),
  );
  return interleave(builder, phases);
}

/**
 * Undefined where a stride does not divide the image or leaves pixels over that no padding reaches, and where it exceeds
 * the filter, which gives zeros for most pixels, that need not be computed.
 */
function phasesOf(info: ConvolutionInfo): Phases | undefined {
  const { strideHeight, strideWidth, filterHeight, filterWidth, padInfo } = info;
  const rows = phasesAlong(strideHeight, info.inHeight, info.outHeight, filterHeight, padInfo.top);
  const columns = phasesAlong(strideWidth, info.inWidth, info.outWidth, filterWidth, padInfo.left);
  return rows === undefined || columns === undefined ? undefined : { rows, columns };
}

/** Pixel s * step + remainder and position step + tap meet in row `remainder + padding - s * tap` of the filter. */
function phasesAlong(
  stride: number,
  inSize: number,
  outSize: number,
  filterSize: number,
  padding: number,
): Phase[] | undefined {
  const count = inSize / stride;
  if (!Number.isInteger(count) || filterSize < stride) return undefined;
  const phases = Array.from({ length: stride }, (_, remainder): Phase => {
    const first = Math.ceil((remainder + padding - filterSize + 1) / stride);
    const last = Math.floor((remainder + padding) / stride);
    const filterRows = Array.from(
      { length: last - first + 1 },
      (_, tap) => remainder + padding - stride * (first + tap),
    );
    return { filterRows, padBefore: 0 - first, padBehind: count + last - outSize, count };
  });
  return phases.every(({ padBefore, padBehind }) => padBefore >= 0 && padBehind >= 0) ? phases : undefined;
}
