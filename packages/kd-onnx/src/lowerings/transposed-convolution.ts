import type { GraphValue } from '../graph/graph.ts';
import { int, ints } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { type TracedValue, traced } from '../trace/traced-value.ts';
import { backwards, contiguous, sliceTraced } from './slice.ts';
import {
  channelsFirst,
  padSpatially,
  type SpatialWindow,
  windowAttributes,
  windowExtent,
} from './spatial-window.ts';

/**
 * The adjoint of a convolution: from the gradient of its output [N, O, ...] that of its input. `output_padding`
 * restores the rows and columns that the stride skipped; what it cannot restore (a stride that leaves more than
 * stride - 1 of them, or windows that begin within the image) received no gradient, so it is padded with zeros.
 *
 * @param kernel [O, I / groups, ...]
 * @param groups of images; volumes have one
 */
export function transposedConvolution(
  builder: GraphBuilder,
  gradient: GraphValue,
  kernel: GraphValue,
  window: SpatialWindow,
  groups: number,
): TracedValue {
  if (window.inSize.length === 3) return convolutionOfSpread(builder, gradient, kernel, window);
  const { batchSize, inChannels, inSize, padBefore, padBehind, strides } = window;
  const positive = (pads: readonly number[]): number[] => pads.map((pad) => Math.max(0, pad));
  const missing = positive(padBehind.map((pad) => -pad));
  const outputPadding = missing.map((size, axis) => Math.min(size, strides[axis]! - 1));
  const pads = [...positive(padBefore), ...positive(padBehind)];
  const reached = window.outSize.map(
    (count, axis) =>
      (count - 1) * strides[axis]! +
      windowExtent(window, axis) -
      pads[axis]! -
      pads[axis + inSize.length]! +
      outputPadding[axis]!,
  );
  const result = builder.op(
    'ConvTranspose',
    [gradient, kernel],
    { shape: [batchSize, inChannels, ...reached], dtype: 'float32' },
    {
      attributes: {
        ...windowAttributes(window, pads),
        output_padding: ints(outputPadding),
        group: int(groups),
      },
    },
  );
  const unreached = [
    ...positive(padBefore.map((pad) => -pad)),
    ...missing.map((size, axis) => size - outputPadding[axis]!),
  ];
  const whole = padSpatially(builder, result, unreached, 0);
  return traced(whole, [batchSize, ...inSize, inChannels], channelsFirst(inSize.length));
}

/**
 * The same as a convolution of the gradient, with stride - 1 zeros after each of its elements, with the kernel turned
 * around: not every provider has a transposed convolution of volumes.
 */
function convolutionOfSpread(
  builder: GraphBuilder,
  gradient: GraphValue,
  kernel: GraphValue,
  window: SpatialWindow,
): TracedValue {
  const { batchSize, inChannels, inSize, padBefore, strides } = window;
  const spread = withZerosAfter(builder, gradient, strides);
  const extents = inSize.map((_, axis) => windowExtent(window, axis));
  const before = extents.map((extent, axis) => extent - 1 - padBefore[axis]!);
  const behind = inSize.map(
    (size, axis) => size + extents[axis]! - 1 - before[axis]! - spread.shape[axis + 2]!,
  );
  const turned = sliceTraced(
    builder,
    traced(kernel),
    kernel.shape.map((size, axis) => (axis < 2 ? contiguous(0, size) : backwards(size))),
  ).graph;
  const result = builder.op(
    'Conv',
    [padSpatially(builder, spread, [...before, ...behind], 0), builder.transpose(turned, [1, 0, 2, 3, 4])],
    { shape: [batchSize, inChannels, ...inSize], dtype: 'float32' },
    {
      attributes: windowAttributes(
        { ...window, strides: inSize.map(() => 1) },
        [...before, ...behind].map(() => 0),
      ),
    },
  );
  return traced(result, [batchSize, ...inSize, inChannels], channelsFirst(inSize.length));
}

/** Stride - 1 zeros after each element of the spatial axes. */
function withZerosAfter(builder: GraphBuilder, value: GraphValue, strides: readonly number[]): GraphValue {
  if (strides.every((stride) => stride === 1)) return value;
  const [batch, channels, ...size] = value.shape as [number, number, ...number[]];
  const planes = batch * channels;
  const apart = builder.reshape(value, [planes, ...size.flatMap((length) => [length, 1])]);
  const behind = [0, ...strides.flatMap((stride) => [0, stride - 1])];
  const shape = [planes, ...size.flatMap((length, axis) => [length, strides[axis]!])];
  const padded = builder.op(
    'Pad',
    [apart, builder.int64([...behind.map(() => 0), ...behind]), builder.scalar(0)],
    { shape, dtype: value.dtype },
  );
  return builder.reshape(padded, [batch, channels, ...size.map((length, axis) => length * strides[axis]!)]);
}
