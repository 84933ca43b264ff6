import { blockedConvolution } from '../graph/blocked-convolution.ts';
import { fillsBlocks } from '../graph/blocked-forms.ts';
import { adjointTiles, kernelOfTiles } from '../graph/blocked-kernel.ts';
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
  const { batchSize, inChannels, outChannels, filterHeight, filterWidth, padInfo } = info;
  if (!fillsBlocks(builder.target.channelBlock, inChannels, outChannels)) return undefined;
  const rows = phasesOf(info.strideHeight, info.inHeight, info.outHeight, filterHeight, padInfo.top);
  const columns = phasesOf(info.strideWidth, info.inWidth, info.outWidth, filterWidth, padInfo.left);
  if (rows === undefined || columns === undefined) return undefined;
  const image = builder.blocks.of(materialize(builder, dy, NCHW));
  const tiles = adjointTiles(builder, materialize(builder, filter));
  const phases = rows.map((row) =>
    columns.map((column) => {
      const elements = row.filterRows.map((y) => column.filterRows.map((x) => y * filterWidth + x));
      return blockedConvolution(builder, {
        image,
        kernel: kernelOfTiles(builder, tiles, elements),
        strides: [1, 1],
        pads: [row.padBefore, column.padBefore, row.padBehind, column.padBehind],
        dilations: [1, 1],
        outputShape: [batchSize, inChannels, row.count, column.count],
      });
    }),
  );
  return traced(builder.blocks.plain(interleave(builder, phases)), info.inShape, NCHW);
}

/** Pixel s * step + remainder and position step + tap meet in row `remainder + padding - s * tap` of the filter. */
function phasesOf(
  stride: number,
  inSize: number,
  outSize: number,
  filterSize: number,
  padding: number,
): Phase[] | undefined {
  const count = inSize / stride;
  if (!Number.isInteger(count)) return undefined;
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
