import { blockedConvolution } from '../graph/blocked-convolution.ts';
import { fillsBlocks } from '../graph/blocked-forms.ts';
import type { GraphValue } from '../graph/graph.ts';
import { int } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { materialize, NCHW, type TracedValue, traced } from '../trace/traced-value.ts';
import type { ConvolutionInfo } from './convolution.ts';

/** What the gradient of one axis looks like from a pixel, by its remainder when divided by the stride. */
interface Axis {
  readonly stride: number;
  /** Pixels of x for one remainder. */
  readonly steps: number;
  /** Positions of dy that a pixel reads, counted from its own one. */
  readonly first: number;
  readonly taps: number;
  readonly padBefore: number;
  readonly padAfter: number;
  /** For each tap and remainder, the row of the filter that lies there; undefined where none does. */
  readonly filterRows: readonly (readonly (number | undefined)[])[];
}

/**
 * The input gradient of a strided convolution in blocks. Pixels of x whose coordinates leave the same remainders when
 * divided by the strides read the same elements of the filter, so each pair of remainders is a convolution of
 * the output gradient with a small part of the filter. All of them are computed as output channels of one, and
 * then interleaved. Undefined where blocks, strides or paddings do not fit.
 */
export function stridedInputGradient(
  builder: GraphBuilder,
  dy: TracedValue,
  filter: TracedValue,
  info: ConvolutionInfo,
): TracedValue | undefined {
  const { batchSize, inChannels, outChannels, filterHeight, filterWidth, padInfo } = info;
  const block = builder.target.channelBlock;
  if (!fillsBlocks(block, inChannels, outChannels)) return undefined;
  const rows = axisOf(info.strideHeight, info.inHeight, info.outHeight, filterHeight, padInfo.top);
  const columns = axisOf(info.strideWidth, info.inWidth, info.outWidth, filterWidth, padInfo.left);
  if (rows === undefined || columns === undefined) return undefined;
  const remainders = rows.stride * columns.stride;
  const phases = blockedConvolution(builder, {
    image: builder.blocks.of(materialize(builder, dy, NCHW)),
    kernel: phaseKernel(builder, materialize(builder, filter), rows, columns),
    strides: [1, 1],
    pads: [rows.padBefore, columns.padBefore, rows.padAfter, columns.padAfter],
    dilations: [1, 1],
    outputShape: [batchSize, remainders * inChannels, rows.steps, columns.steps],
  });
  const split = builder.reshape(phases, [
    batchSize,
    rows.stride,
    columns.stride,
    inChannels / block,
    rows.steps,
    columns.steps,
    block,
  ]);
  const interleaved = builder.reshape(builder.transpose(split, [0, 3, 4, 1, 5, 2, 6]), [
    batchSize,
    inChannels,
    info.inHeight,
    info.inWidth,
  ]);
  return traced(builder.blocks.plain(interleaved), info.inShape, NCHW);
}

/** x = s * step + remainder and dy at step + tap meet in row `remainder + padding - s * tap` of the filter. */
function axisOf(
  stride: number,
  inSize: number,
  outSize: number,
  filterSize: number,
  padding: number,
): Axis | undefined {
  const first = Math.ceil((padding - filterSize + 1) / stride);
  const last = Math.floor((stride - 1 + padding) / stride);
  const steps = inSize / stride;
  const padAfter = steps - 1 + last - (outSize - 1);
  if (!Number.isInteger(steps) || first > 0 || padAfter < 0) return undefined;
  const filterRows = Array.from({ length: last - first + 1 }, (_, tap) =>
    Array.from({ length: stride }, (_, remainder) => {
      const row = remainder + padding - stride * (first + tap);
      return row >= 0 && row < filterSize ? row : undefined;
    }),
  );
  return { stride, steps, first, taps: last - first + 1, padBefore: -first, padAfter, filterRows };
}

/** Reads [remainders * I, O, taps, taps]; made of the plain HWIO filter and an element of zeros. */
function phaseKernel(builder: GraphBuilder, filter: GraphValue, rows: Axis, columns: Axis): GraphValue {
  const block = builder.target.channelBlock!;
  const [height, width, inputs, outputs] = filter.shape as [number, number, number, number];
  const elements = height * width;
  const flat = builder.reshape(filter, [elements, inputs * outputs]);
  const withZeros = builder.op('Pad', [flat, builder.int64([0, 0, 1, 0]), builder.scalar(0)], {
    shape: [elements + 1, inputs * outputs],
    dtype: 'float32',
  });
  const indices = rows.filterRows.flatMap((ofRow) =>
    columns.filterRows.flatMap((ofColumn) =>
      ofRow.flatMap((row) =>
        ofColumn.map((column) =>
          row === undefined || column === undefined ? elements : row * width + column,
        ),
      ),
    ),
  );
  const taps = rows.taps * columns.taps;
  const remainders = rows.stride * columns.stride;
  const gathered = builder.op(
    'Gather',
    [withZeros, builder.constant(Int32Array.from(indices), [indices.length], 'int32')],
    { shape: [indices.length, inputs * outputs], dtype: 'float32' },
    { attributes: { axis: int(0) } },
  );
  const split = builder.reshape(gathered, [taps, remainders, inputs / block, block, outputs / block, block]);
  return builder.reshape(builder.transpose(split, [1, 2, 4, 0, 5, 3]), [
    remainders * inputs,
    outputs,
    rows.taps,
    columns.taps,
  ]);
}
