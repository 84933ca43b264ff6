import { hostData, sizeOf } from 'kd-core';
import type { GraphValue } from '../graph/graph.ts';
import { int } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { arithmetic } from './arithmetic.ts';
import { pixelsUnder } from './pixels-under.ts';
import { filled } from './scatter-add.ts';
import type { SpatialWindow } from './spatial-window.ts';

/**
 * The first maximum of each window and its number in the image, for providers whose `MaxPool` gives no numbers: the
 * pixels under each element of the window are compared, one element after the other.
 *
 * @param image [N, C, ...], padded so that every window lies within it
 * @returns maxima float32 and numbers int64, both [N, C, ...outSize]
 */
export function comparedMaxima(
  builder: GraphBuilder,
  image: GraphValue,
  { filterSize, dilations, strides, outSize }: SpatialWindow,
): readonly [maxima: GraphValue, indices: GraphValue] {
  const { add, less, max, where } = arithmetic(builder);
  const [batch, channels, ...size] = image.shape as [number, number, ...number[]];
  const shape = [batch, channels, ...outSize];
  const offsets = positionsOf(filterSize).map((element) =>
    element.map((step, axis) => step * dilations[axis]!),
  );
  let winner = filled(builder, 0, shape, 'int32');
  let maxima: GraphValue | undefined;
  offsets.forEach((offset, number) => {
    const pixels = pixelsUnder(builder, image, { offset, strides, outSize, firstAxis: 2 });
    winner = maxima === undefined ? winner : where(less(maxima, pixels), number, winner);
    maxima = maxima === undefined ? pixels : max(maxima, pixels);
  });
  const numberOf = (position: readonly number[]): number =>
    position.reduce((number, step, axis) => number * size[axis]! + step, 0);
  const vector = (values: readonly number[], dimensions: readonly number[]): GraphValue =>
    builder.constant(hostData('int32', values), dimensions, 'int32');
  const within = builder.op(
    'Gather',
    [vector(offsets.map(numberOf), [offsets.length]), winner],
    { shape, dtype: 'int32' },
    { attributes: { axis: int(0) } },
  );
  const starts = positionsOf(outSize).map((position) =>
    numberOf(position.map((step, axis) => step * strides[axis]!)),
  );
  const plane = sizeOf(size);
  const ones = outSize.map(() => 1);
  const multiples = (count: number, step: number): number[] =>
    Array.from({ length: count }, (_, index) => index * step);
  const inPlane = add(within, vector(starts, [1, 1, ...outSize]));
  const inImage = add(inPlane, vector(multiples(channels, plane), [1, channels, ...ones]));
  const indices = add(inImage, vector(multiples(batch, channels * plane), [batch, 1, ...ones]));
  return [maxima!, builder.cast(indices, 'int64')];
}

/** Every index vector of a box, the last axis fastest. */
function positionsOf(size: readonly number[]): number[][] {
  return size.reduce<number[][]>(
    (positions, count) =>
      positions.flatMap((position) => Array.from({ length: count }, (_, step) => [...position, step])),
    [[]],
  );
}
