import { float32OfHalf, HostTensor, KdError } from 'kd-core';
import { brainToFloat } from './brain-to-float.ts';
import type { OnnxDataType, OnnxTensor, OnnxTensorStorage, RepeatedEncoding } from './onnx-model.ts';
import { parseFailure, WireReader } from './wire-reader.ts';

/** Elements as a file has them; float16 and bfloat16 as the numbers they mean, bool as bytes. */
export type OnnxTensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** How elements of one type are stored. */
interface Element {
  readonly array: ElementArray;
  /** How they are stored as repeated numbers. */
  readonly encoding: RepeatedEncoding;
  /** The number that the stored one stands for. */
  readonly decode?: (bits: number) => number;
}

type ElementArray =
  | Float32ArrayConstructor
  | Float64ArrayConstructor
  | Int8ArrayConstructor
  | Uint8ArrayConstructor
  | Int16ArrayConstructor
  | Uint16ArrayConstructor
  | Int32ArrayConstructor
  | Uint32ArrayConstructor
  | BigInt64ArrayConstructor
  | BigUint64ArrayConstructor;

const ELEMENTS: Readonly<Partial<Record<OnnxDataType, Element>>> = {
  float32: { array: Float32Array, encoding: 'float32' },
  float64: { array: Float64Array, encoding: 'float64' },
  float16: { array: Uint16Array, encoding: 'varint', decode: float32OfHalf },
  bfloat16: { array: Uint16Array, encoding: 'varint', decode: brainToFloat },
  int8: { array: Int8Array, encoding: 'varint' },
  uint8: { array: Uint8Array, encoding: 'varint' },
  bool: { array: Uint8Array, encoding: 'varint' },
  int16: { array: Int16Array, encoding: 'varint' },
  uint16: { array: Uint16Array, encoding: 'varint' },
  int32: { array: Int32Array, encoding: 'varint' },
  uint32: { array: Uint32Array, encoding: 'varint' },
  int64: { array: BigInt64Array, encoding: 'varint' },
  uint64: { array: BigUint64Array, encoding: 'varint' },
};

const hostIsLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * The elements of a tensor, row-major; a view of the file where its bytes allow that. Throws `PARSE` when there are more or
 * fewer than the tensor's shape holds, `UNSUPPORTED` for data in another file (see `loadExternalData`) and for element types
 * without a typed array: strings, complex numbers, and those of less than a byte or of 8-bit floats.
 */
export function tensorData(tensor: OnnxTensor): OnnxTensorData {
  const { name, dtype, storage } = tensor;
  const element = ELEMENTS[dtype];
  if (element === undefined) {
    throw new KdError(
      'UNSUPPORTED',
      `The tensor '${name}' holds ${dtype}, which is not read; known: ${Object.keys(ELEMENTS).join(', ')}.`,
    );
  }
  if (storage.kind === 'external') {
    throw new KdError(
      'UNSUPPORTED',
      `The data of the tensor '${name}' are in the file '${storage.location}'. Give that file as externalData.`,
    );
  }
  const stored =
    storage.kind === 'raw' ? fromBytes(tensor, element, storage.bytes) : fromRuns(tensor, element, storage);
  return element.decode === undefined ? stored : Float32Array.from(stored as Uint16Array, element.decode);
}

/**
 * The elements of a tensor in the types that backends have: float32 for every kind of float, bool for bool, int32 for
 * integers, where those out of its range, such as the end of a slice that is open, become its ends. Throws as `tensorData`.
 */
export function hostTensorOf(tensor: OnnxTensor): HostTensor {
  const data = tensorData(tensor);
  const { shape, dtype } = tensor;
  if (dtype === 'bool')
    return new HostTensor(
      (data as Uint8Array).map((each) => (each === 0 ? 0 : 1)),
      shape,
    );
  if (data instanceof Float32Array || data instanceof Int32Array) return new HostTensor(data, shape);
  if (data instanceof Float64Array) return new HostTensor(Float32Array.from(data), shape);
  const integers = new Int32Array(data.length);
  for (let index = 0; index < data.length; index++) {
    integers[index] = Math.min(Math.max(Number(data[index]), -(2 ** 31)), 2 ** 31 - 1);
  }
  return new HostTensor(integers, shape);
}

/** Bytes that a tensor of this type and shape takes in raw form; undefined for types that are not read. */
export function rawBytes({ dtype, shape }: Pick<OnnxTensor, 'dtype' | 'shape'>): number | undefined {
  const element = ELEMENTS[dtype];
  return element && elementsOf(shape) * element.array.BYTES_PER_ELEMENT;
}

function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function fromBytes(tensor: OnnxTensor, { array }: Element, bytes: Uint8Array): OnnxTensorData {
  const width = array.BYTES_PER_ELEMENT;
  requireCount(tensor, bytes.length / width);
  const isAligned = bytes.byteOffset % width === 0;
  if (isAligned && hostIsLittleEndian)
    return new array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length / width);
  const copy = hostIsLittleEndian
    ? new Uint8Array(bytes)
    : Uint8Array.from(bytes, (_, index) => bytes[index ^ (width - 1)]!);
  return new array(copy.buffer);
}

function fromRuns(
  tensor: OnnxTensor,
  { array, encoding }: Element,
  storage: Extract<OnnxTensorStorage, { kind: 'repeated' }>,
): OnnxTensorData {
  const { name, dtype } = tensor;
  if (storage.encoding !== encoding) {
    throw parseFailure(`the tensor '${name}' of ${dtype} has its elements as ${storage.encoding}.`);
  }
  if (encoding !== 'varint') return fromBytes(tensor, { array, encoding }, concatenate(storage.runs));
  requireCount(
    tensor,
    storage.runs.reduce((sum, run) => sum + countVarints(run), 0),
  );
  const data = new array(elementsOf(tensor.shape));
  let index = 0;
  for (const run of storage.runs) {
    const reader = new WireReader(run);
    while (!reader.isAtEnd)
      data[index++] =
        data instanceof BigInt64Array || data instanceof BigUint64Array ? reader.bigint() : reader.int();
  }
  return data;
}

/** Each ends with the only byte of it that is less than 128. */
function countVarints(run: Uint8Array): number {
  return run.reduce((count, byte) => count + (byte < 0x80 ? 1 : 0), 0);
}

function concatenate(runs: readonly Uint8Array[]): Uint8Array {
  if (runs.length === 1) return runs[0]!;
  const all = new Uint8Array(runs.reduce((sum, run) => sum + run.length, 0));
  let offset = 0;
  for (const run of runs) {
    all.set(run, offset);
    offset += run.length;
  }
  return all;
}

function requireCount({ name, shape }: OnnxTensor, count: number): void {
  if (count === elementsOf(shape)) return;
  throw parseFailure(
    `the tensor '${name}' of shape [${shape.join(', ')}] has ${elementsOf(shape)} elements, but data for ${count}.`,
  );
}
