import type { GraphValue } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';

interface WindowElement {
  /** How far the element lies behind the start of its window; one entry a spatial axis. */
  readonly offset: readonly number[];
  readonly strides: readonly number[];
  readonly outSize: readonly number[];
  /** The first of the consecutive spatial axes: 2 for [N, C, ...], 1 for [N, ..., C]. */
  readonly firstAxis: number;
}

/** The pixels of `image`, padded so that every window lies within it, that one element of a sliding window meets. */
export function pixelsUnder(
  builder: GraphBuilder,
  image: GraphValue,
  { offset, strides, outSize, firstAxis }: WindowElement,
): GraphValue {
  return builder.op(
    'Slice',
    [
      image,
      builder.int64(offset),
      builder.int64(offset.map((start, axis) => start + (outSize[axis]! - 1) * strides[axis]! + 1)),
      builder.int64(offset.map((_, axis) => axis + firstAxis)),
      builder.int64(strides),
    ],
    { shape: image.shape.toSpliced(firstAxis, outSize.length, ...outSize), dtype: image.dtype },
  );
}
