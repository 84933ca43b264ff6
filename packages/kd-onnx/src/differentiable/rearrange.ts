import {
  add,
  avgPool,
  cast,
  concat,
  fill,
  gather,
  reshape,
  slice,
  type Tensor,
  type Tensor4D,
  tensor1d,
  transpose,
} from '@tensorflow/tfjs-core';
import { sizeOf } from 'kd-core';
import { broadcastShapes } from '../trace/traced-value.ts';
import {
  type ComputedValue,
  channelsLast,
  channelsLastAxis,
  computed,
  computedMap,
  isChannelsLast,
  known,
  newNumbers,
  plain,
  TO_CHANNELS_FIRST,
  type Value,
} from './value.ts';

// What moves elements without computing, on known and on computed values alike. Operators are written with these.

/** The elements in the same order under another shape of the same size. */
export function reshaped(value: Value, shape: readonly number[]): Value {
  if (shape.length === value.shape.length && shape.every((size, axis) => size === value.shape[axis]))
    return value;
  return value.kind === 'known'
    ? known(value.data, shape, value.dtype)
    : computed(reshape(plain(value), [...shape]));
}

/** Axis i of the result is axis `permutation[i]` of `value`. */
export function permuted(value: Value, permutation: readonly number[]): Value {
  if (permutation.every((axis, position) => axis === position)) return value;
  if (value.kind === 'known') {
    const shape = permutation.map((axis) => value.shape[axis]!);
    const strides = stridesOf(value.shape);
    const steps = permutation.map((axis) => strides[axis]!);
    return picked(value, shape, (position) => dot(position, steps));
  }
  if (value.channelsLast) {
    const order = permutation.map((axis) => TO_CHANNELS_FIRST[axis]!);
    const isStored = order.every((axis, position) => axis === position);
    return computed(isStored ? value.tensor : transpose(value.tensor, order));
  }
  // What a file in tfjs's order hands to its own convolutions.
  if (
    permutation.length === 4 &&
    permutation.every((axis, position) => axis === TO_CHANNELS_FIRST[position])
  ) {
    return computedMap(value.tensor);
  }
  return computed(transpose(value.tensor, [...permutation]));
}

/** The slices of `value` at `indices` (0 or more) along an axis, in that order. */
export function taken(value: Value, axis: number, indices: readonly number[]): Value {
  const size = value.shape[axis]!;
  const isRun = indices.every((index, position) => index === indices[0]! + position);
  if (isRun && indices.length === size) return value;
  if (value.kind === 'known') {
    const shape = value.shape.with(axis, indices.length);
    const strides = stridesOf(value.shape);
    return picked(value, shape, (position) => dot(position.with(axis, indices[position[axis]!]!), strides));
  }
  const step = indices.length < 2 ? 1 : indices[1]! - indices[0]!;
  const isEven = indices.length > 0 && indices.every((index, each) => index === indices[0]! + each * step);
  if (isEven && step >= 1) {
    const between = sliced(value, axis, indices[0]!, indices.at(-1)! + 1 - indices[0]!);
    if (step === 1) return between;
    if (value.shape.length === 4 && axis >= 2) return everyPixel(between, axis, step);
  }
  return computed(gather(plain(value), tensor1d([...indices], 'int32'), axis));
}

/** `size` elements from `start` on along an axis, in the layout that the value has. */
function sliced(value: ComputedValue, axis: number, start: number, size: number): ComputedValue {
  if (size === value.shape[axis]) return value;
  const stored = value.channelsLast ? channelsLastAxis(axis) : axis;
  const begin = value.tensor.shape.map((_, each) => (each === stored ? start : 0));
  const part = slice(value.tensor, begin, value.tensor.shape.with(stored, size));
  return value.channelsLast ? computedMap(part) : computed(part);
}

/** Every `step`-th row (axis 2) or column (axis 3) of a map. */
function everyPixel(value: Value, axis: number, step: number): Value {
  return computedMap(strided(channelsLast(value), axis === 2 ? [step, 1] : [1, step]));
}

/**
 * Every stride-th pixel of a map [batch, height, width, channels]. Pooling by single pixels stays in the layout of convolutions and
 * has a gradient, which tfjs's `stridedSlice` has not.
 */
export function strided(x: Tensor4D, strides: readonly [number, number]): Tensor4D {
  return strides.every((stride) => stride === 1) ? x : avgPool(x, 1, [...strides], 'valid');
}

/** `count` slices of `value` from `start` on along an axis. */
export function run(value: Value, axis: number, start: number, count: number): Value {
  return taken(
    value,
    axis,
    Array.from({ length: count }, (_, each) => start + each),
  );
}

/** The values one after the other along an axis. */
export function joined(values: readonly Value[], axis: number): Value {
  const [first] = values;
  if (values.length === 1) return first!;
  if (values.every((value) => value.kind === 'known')) {
    const shape = first!.shape.with(
      axis,
      values.reduce((sum, value) => sum + value.shape[axis]!, 0),
    );
    const inner = sizeOf(shape.slice(axis + 1));
    const data = newNumbers(sizeOf(shape));
    let target = 0;
    for (let outer = 0; outer < sizeOf(shape.slice(0, axis)); outer++) {
      for (const value of values) {
        const length = value.shape[axis]! * inner;
        for (let each = 0; each < length; each++) data[target++] = value.data[outer * length + each]!;
      }
    }
    return known(data, shape, first!.dtype);
  }
  return values.some(isChannelsLast)
    ? computedMap(concat(values.map(channelsLast), channelsLastAxis(axis)))
    : computed(concat(values.map(plain), axis));
}

/** The value repeated to the shape that it and `shape` broadcast to. */
export function expanded(value: Value, shape: readonly number[]): Value {
  const target = broadcastShapes(value.shape, shape);
  if (target.join() === value.shape.join()) return value;
  if (value.kind === 'computed') return computed(broadcast(plain(value), target));
  const added = target.length - value.shape.length;
  const strides = [...new Array<number>(added).fill(0), ...stridesOf(value.shape)];
  const steps = strides.map((stride, axis) => (value.shape[axis - added] === 1 ? 0 : stride));
  return picked(value, target, (position) => dot(position, steps));
}

/** A tensor repeated to a larger shape, with a gradient for any rank, which tfjs's `tile` has up to 4 only. */
export function broadcast(x: Tensor, shape: readonly number[]): Tensor {
  if (x.shape.join() === shape.join()) return x;
  if (x.dtype === 'bool') return cast(broadcast(cast(x, 'int32'), shape), 'bool');
  return add(x, fill([...shape], 0, x.dtype as 'float32'));
}

/** The known value whose element at a position is that of `source` at an offset. */
function picked(
  source: Extract<Value, { kind: 'known' }>,
  shape: readonly number[],
  offset: (position: number[]) => number,
): Value {
  const data = newNumbers(sizeOf(shape));
  const position = new Array<number>(shape.length).fill(0);
  for (let target = 0; target < data.length; target++) {
    data[target] = source.data[offset(position)]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++position[axis]! < shape[axis]!) break;
      position[axis] = 0;
    }
  }
  return known(data, shape, source.dtype);
}

function stridesOf(shape: readonly number[]): number[] {
  return shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, each, index) => sum + each * b[index]!, 0);
}
