import { KdError } from 'kd-core';
import type { GraphValue } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { materialize, type TracedValue, traced } from '../trace/traced-value.ts';
import { arithmetic } from './arithmetic.ts';
import { type ImageSampler, imageSampler, perPixel } from './image-sampler.ts';
import type { Lowering, LoweringTable } from './lowering.ts';

/** How places outside of an image are brought into it. */
type FillMode = 'constant' | 'reflect' | 'wrap' | 'nearest';

/**
 * Images seen through projective transforms [a0, a1, a2, b0, b1, b2, c0, c1], one an image or one for all: the
 * pixel (x, y) of the result is that of the image at ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k) with
 * k = c0 x + c1 y + 1.
 */
const projectiveTransform: Lowering = ({ builder, inputs, attributes }) => {
  const { image, transforms } = inputs as Record<'image' | 'transforms', TracedValue>;
  const { interpolation, fillMode, fillValue, outputShape } = attributes as {
    interpolation: 'nearest' | 'bilinear';
    fillMode: FillMode;
    fillValue: number;
    outputShape: [number, number] | null | undefined;
  };
  if (interpolation !== 'nearest' && interpolation !== 'bilinear') {
    throw new KdError(
      'INVALID_ARGUMENT',
      `transform interpolates 'nearest' or 'bilinear', got '${interpolation}'.`,
    );
  }
  const { add, div, equal, where } = arithmetic(builder);
  const images = imageSampler(builder, image);
  const [height, width] = outputShape ?? [images.height, images.width];
  const factor = factorsOf(builder, transforms);
  const x = axisOf(builder, width, [1, 1, width]);
  const y = axisOf(builder, height, [1, height, 1]);
  const linear = (first: number, constant: GraphValue | number): GraphValue => {
    const { mul } = arithmetic(builder);
    return add(add(mul(factor(first), x), mul(factor(first + 1), y)), constant);
  };
  const scale = linear(6, 1);
  const column = mapped(builder, div(linear(0, factor(2)), scale), images.width, fillMode);
  const row = mapped(builder, div(linear(3, factor(5)), scale), images.height, fillMode);
  const sampled = (interpolation === 'nearest' ? nearest : bilinear)(builder, images, row, column, fillValue);
  const isAtInfinity = perPixel(builder, equal(scale, 0));
  return traced(builder.cast(where(isAtInfinity, fillValue, sampled), image.dtype));
};

/** The numbers of each transform, as [transforms, 1, 1]. */
function factorsOf(builder: GraphBuilder, transforms: TracedValue): (index: number) => GraphValue {
  const matrix = builder.cast(materialize(builder, transforms), 'float32');
  const count = transforms.shape[0]!;
  return (index) => {
    const ends = [builder.int64([index]), builder.int64([index + 1]), builder.int64([1])];
    const column = builder.op('Slice', [matrix, ...ends], { shape: [count, 1], dtype: 'float32' });
    return builder.reshape(column, [count, 1, 1]);
  };
}

function axisOf(builder: GraphBuilder, size: number, shape: readonly number[]): GraphValue {
  return builder.constant(
    Float32Array.from({ length: size }, (_, index) => index),
    shape,
    'float32',
  );
}

/** A place on an axis of `size` pixels, brought to 0..size-1 where the mode does so. */
function mapped(builder: GraphBuilder, place: GraphValue, size: number, mode: FillMode): GraphValue {
  const { add, clamp, div, floor, less, mul, neg, sub, where } = arithmetic(builder);
  const last = size - 1;
  const periods = (value: GraphValue, length: number): GraphValue => floor(div(value, length));
  const isBefore = less(place, 0);
  if (mode === 'nearest') return clamp(place, 0, last);
  if (mode === 'reflect') {
    if (size <= 1) return clamp(place, 0, last);
    const around = 2 * size;
    const raised = add(place, mul(periods(neg(place), around), around));
    const before = where(less(raised, -size), add(raised, around), sub(neg(raised), 1));
    const lowered = sub(place, mul(periods(place, around), around));
    const behind = where(less(lowered, size), lowered, sub(around - 1, lowered));
    return clamp(where(isBefore, before, where(less(last, place), behind, place)), 0, last);
  }
  if (mode === 'wrap') {
    if (size <= 1) return clamp(place, 0, last);
    const before = add(place, mul(add(periods(neg(place), last), 1), size));
    const behind = sub(place, mul(periods(place, last), size));
    return clamp(where(isBefore, before, where(less(last, place), behind, place)), 0, last);
  }
  return place;
}

type Interpolate = (
  builder: GraphBuilder,
  images: ImageSampler,
  row: GraphValue,
  column: GraphValue,
  fillValue: number,
) => GraphValue;

const nearest: Interpolate = (builder, images, row, column, fillValue) => {
  const { add, floor } = arithmetic(builder);
  return readOrFill(builder, images, floor(add(row, 0.5)), floor(add(column, 0.5)), fillValue);
};

const bilinear: Interpolate = (builder, images, row, column, fillValue) => {
  const { add, floor, mul, sub } = arithmetic(builder);
  const [top, left] = [floor(row), floor(column)];
  const [down, along] = [sub(row, top), sub(column, left)];
  const between = (a: GraphValue, b: GraphValue, share: GraphValue): GraphValue =>
    add(mul(perPixel(builder, sub(1, share)), a), mul(perPixel(builder, share), b));
  const alongRow = (y: GraphValue): GraphValue =>
    between(
      readOrFill(builder, images, y, left, fillValue),
      readOrFill(builder, images, y, add(left, 1), fillValue),
      along,
    );
  return between(alongRow(top), alongRow(add(top, 1)), down);
};

function readOrFill(
  builder: GraphBuilder,
  images: ImageSampler,
  row: GraphValue,
  column: GraphValue,
  fillValue: number,
): GraphValue {
  const { and, less, lessOrEqual, where } = arithmetic(builder);
  const within = (place: GraphValue, size: number): GraphValue =>
    and(lessOrEqual(0, place), less(place, size));
  const isInside = and(within(row, images.height), within(column, images.width));
  const pixels = images.read(axisOf(builder, images.batch, [images.batch, 1, 1]), row, column);
  return where(perPixel(builder, isInside), pixels, fillValue);
}

export const projectiveTransformLowerings: LoweringTable = { Transform: projectiveTransform };
