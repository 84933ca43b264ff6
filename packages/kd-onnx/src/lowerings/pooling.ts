import { backend_util } from '@tensorflow/tfjs-core';
import { sizeOf } from 'kd-core';
import type { GraphValue } from '../graph/graph.ts';
import { int } from '../graph/graph.ts';
import { type GraphBuilder, sameShape } from '../graph/graph-builder.ts';
import { materialize, type TracedValue, traced } from '../trace/traced-value.ts';
import { blockedMaxPool } from './blocked-max-pool.ts';
import { elementwiseNode } from './elementwise.ts';
import type { KernelCall, Lowering, LoweringTable } from './lowering.ts';
import { maxPoolOfPixels } from './max-pool-of-pixels.ts';
import {
  channelsFirst,
  outputShape,
  padSpatially,
  type SpatialWindow,
  splitPadding,
  windowAttributes,
  windowOf2D,
  windowOf3D,
} from './spatial-window.ts';

export function poolingWindow(attributes: KernelCall['attributes'], shape: readonly number[]): SpatialWindow {
  const { filterSize, strides, pad, dimRoundingMode } = attributes as {
    filterSize: number;
    strides: number;
    pad: 'same';
    dimRoundingMode: 'floor' | undefined;
  };
  return shape.length === 5
    ? windowOf3D(
        backend_util.computePool3DInfo(
          shape as [number, number, number, number, number],
          filterSize,
          strides,
          1,
          pad,
          dimRoundingMode,
        ),
      )
    : windowOf2D(
        backend_util.computePool2DInfo(
          shape as [number, number, number, number],
          filterSize,
          strides,
          1,
          pad,
          dimRoundingMode,
        ),
      );
}

/** The operand of a pooling operator, padded where the operator cannot: by less than the window. */
export function poolingOperand(
  builder: GraphBuilder,
  x: TracedValue,
  window: SpatialWindow,
  fill: number,
): { image: GraphValue; pads: readonly number[]; padsAhead: readonly number[] } {
  const layout = channelsFirst(window.inSize.length);
  const { within, ahead } = splitPadding(window, (axis) => window.filterSize[axis]!);
  const numbers = builder.cast(materialize(builder, x, layout), 'float32');
  return { image: padSpatially(builder, numbers, ahead, fill), pads: within, padsAhead: ahead };
}

function pooled(
  builder: GraphBuilder,
  graph: GraphValue,
  x: TracedValue,
  window: SpatialWindow,
): TracedValue {
  const shape = [window.batchSize, ...window.outSize, window.outChannels];
  return traced(builder.cast(graph, x.dtype), shape, channelsFirst(window.outSize.length));
}

/** Windows of one pixel leave an image of the same size as it is, padded or not. */
function isIdentity({ filterSize, inSize, outSize }: SpatialWindow): boolean {
  return filterSize.every((size) => size === 1) && sameShape(inSize, outSize);
}

/** Padding does not count; a window of nothing but padding gives 0. */
const averagePool: Lowering = ({ builder, inputs, attributes }) => {
  const x = inputs.x!;
  const window = poolingWindow(attributes, x.shape);
  if (isIdentity(window)) return x;
  const { image, pads, padsAhead } = poolingOperand(builder, x, window, 0);
  const { dilations: _, ...spatial } = windowAttributes(window, pads);
  const countsPadding = padsAhead.some((pad) => pad > 0);
  const average = builder.op(
    'AveragePool',
    [image],
    { shape: outputShape(window), dtype: 'float32' },
    { attributes: { ...spatial, count_include_pad: int(countsPadding ? 1 : 0) } },
  );
  if (!countsPadding) return pooled(builder, average, x, window);
  const share = elementwiseNode(builder, 'Mul', [
    average,
    reciprocalCounts(builder, window, sizeOf(window.filterSize)),
  ]);
  return pooled(builder, share, x, window);
};

const maxPool: Lowering = ({ builder, inputs, attributes }) => {
  const x = inputs.x!;
  const window = poolingWindow(attributes, x.shape);
  if (isIdentity(window)) return x;
  const blocked = blockedMaxPool(builder, x, window);
  if (blocked !== undefined) return blocked;
  const pixelsFirst = maxPoolOfPixels(builder, x, window);
  if (pixelsFirst !== undefined) return pixelsFirst;
  const { image, pads } = poolingOperand(builder, x, window, Number.NEGATIVE_INFINITY);
  const result = builder.op(
    'MaxPool',
    [image],
    { shape: outputShape(window), dtype: 'float32' },
    { attributes: windowAttributes(window, pads) },
  );
  return pooled(builder, result, x, window);
};

/** `numerator` / (pixels of the image under the window, at least 1) for each output position, [1, 1, ...]. */
export function reciprocalCounts(
  builder: GraphBuilder,
  { inSize, outSize, filterSize, strides, padBefore }: SpatialWindow,
  numerator: number,
): GraphValue {
  const counts = outSize.map((count, axis) =>
    Array.from({ length: count }, (_, position) => {
      const start = position * strides[axis]! - padBefore[axis]!;
      return Math.max(0, Math.min(start + filterSize[axis]!, inSize[axis]!) - Math.max(start, 0));
    }),
  );
  const products = counts.reduce((outer, inner) => outer.flatMap((a) => inner.map((b) => a * b)), [1]);
  return builder.constant(
    Float32Array.from(products, (count) => numerator / Math.max(count, 1)),
    [1, 1, ...outSize],
    'float32',
  );
}

export const poolingLowerings: LoweringTable = {
  AvgPool: averagePool,
  AvgPool3D: averagePool,
  MaxPool: maxPool,
  MaxPool3D: maxPool,
};
