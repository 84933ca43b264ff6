import { type Tensor, type Tensor4D, tensor, transpose } from '@tensorflow/tfjs-core';
import { type DataType, hostData, KdError } from 'kd-core';

/** Numbers that are known without running the network: shapes, axes, bounds, and what is computed of them. */
export interface KnownValue {
  readonly kind: 'known';
  /** `int32` stands for every integer type of ONNX; the numbers are exact up to 2^53. */
  readonly dtype: DataType;
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: ArrayLike<number>;
}

/** A value of the network that depends on its images or parameters. */
export interface ComputedValue {
  readonly kind: 'computed';
  readonly dtype: DataType;
  /** As ONNX has it: maps are [batch, channels, height, width]. */
  readonly shape: readonly number[];
  /**
   * The values. Where `channelsLast`, a tensor of rank 4 in the order of tfjs's layers, [batch, height, width, channels]:
   * what lies between two convolutions is never transposed, and elementwise ops take it as it is.
   */
  readonly tensor: Tensor;
  readonly channelsLast: boolean;
}

/** An ONNX value while a network is interpreted. */
export type Value = KnownValue | ComputedValue;

export const TO_CHANNELS_LAST: readonly number[] = [0, 2, 3, 1];
export const TO_CHANNELS_FIRST: readonly number[] = [0, 3, 1, 2];

export function known(data: ArrayLike<number>, shape: readonly number[], dtype: DataType): KnownValue {
  return { kind: 'known', data, shape, dtype };
}

/** Far more than shapes and tables of positions have. */
const MAX_KNOWN_ELEMENTS = 2 ** 24;

/** Throws `UNSUPPORTED` when a constant would have too many elements: a few bytes of a file can ask for any number of them. */
export function requireKnownSize(size: number): void {
  if (Number.isSafeInteger(size) && size >= 0 && size <= MAX_KNOWN_ELEMENTS) return;
  throw new KdError(
    'UNSUPPORTED',
    `A constant of ${size} elements would be computed; at most ${MAX_KNOWN_ELEMENTS} are.`,
  );
}

/** `size` zeros, to be written. Throws as `requireKnownSize`. */
export function newNumbers(size: number): number[] {
  requireKnownSize(size);
  return new Array<number>(size).fill(0);
}

/** A vector of integers. */
export function knownIntegers(data: readonly number[]): KnownValue {
  return known(data, [data.length], 'int32');
}

/** A tensor whose axes are in ONNX's order. */
export function computed(x: Tensor): ComputedValue {
  return {
    kind: 'computed',
    tensor: x,
    shape: x.shape,
    dtype: x.dtype as DataType,
    channelsLast: false,
  };
}

/** A map [batch, height, width, channels], which ONNX sees as [batch, channels, height, width]. */
export function computedMap(x: Tensor): ComputedValue {
  const shape = TO_CHANNELS_FIRST.map((axis) => x.shape[axis]!);
  return { kind: 'computed', tensor: x, shape, dtype: x.dtype as DataType, channelsLast: true };
}

/** The tensor in ONNX's order of axes. */
export function plain(value: Value): Tensor {
  if (value.kind === 'known') return tensor(hostData(value.dtype, value.data), [...value.shape], value.dtype);
  return value.channelsLast ? transpose(value.tensor, [...TO_CHANNELS_FIRST]) : value.tensor;
}

/** A value of rank 4 as [batch, height, width, channels]. */
export function channelsLast(value: Value): Tensor4D {
  if (value.kind === 'computed' && value.channelsLast) return value.tensor as Tensor4D;
  return transpose(plain(value), [...TO_CHANNELS_LAST]) as Tensor4D;
}

export function isChannelsLast(value: Value): boolean {
  return value.kind === 'computed' && value.channelsLast;
}

/** Where axis `axis` of a value of rank 4 lies in its channels-last form. */
export function channelsLastAxis(axis: number): number {
  return TO_CHANNELS_LAST.indexOf(axis);
}
