import { KdError } from '../errors.ts';
import { type DataType, type HostData, hostData } from '../trees/host-tensor.ts';
import { type ByteSource, readBytes } from './byte-source.ts';
import { float32OfHalf } from './half-float.ts';
import { littleEndianWords } from './little-endian.ts';

/** Element types that tensor files have and this SDK reads, by the names that safetensors gives them. */
export type ElementType = 'F64' | 'F32' | 'F16' | 'BF16' | 'I64' | 'I32' | 'I16' | 'I8' | 'U8' | 'BOOL';

interface Codec {
  /** Bytes of one element. */
  readonly bytes: number;
  readonly dtype: DataType;
  /** Decodes little-endian elements into `target` from index `at` on. */
  decode(piece: Uint8Array, target: HostData, at: number, name: string): void;
}

const CODECS: Readonly<Record<ElementType, Codec>> = {
  F64: { bytes: 8, dtype: 'float32', decode: decodeFloat64 },
  F32: { bytes: 4, dtype: 'float32', decode: copyWords },
  F16: {
    bytes: 2,
    dtype: 'float32',
    decode: eachElement(2, (view, offset) => float32OfHalf(view.getUint16(offset, true))),
  },
  BF16: { bytes: 2, dtype: 'float32', decode: decodeBfloat16 },
  I64: { bytes: 8, dtype: 'int32', decode: decodeInt64 },
  I32: { bytes: 4, dtype: 'int32', decode: copyWords },
  I16: { bytes: 2, dtype: 'int32', decode: eachElement(2, (view, offset) => view.getInt16(offset, true)) },
  I8: { bytes: 1, dtype: 'int32', decode: eachElement(1, (view, offset) => view.getInt8(offset)) },
  U8: { bytes: 1, dtype: 'int32', decode: (piece, target, at) => target.set(piece, at) },
  BOOL: { bytes: 1, dtype: 'bool', decode: decodeBoolean },
};

export const elementTypes: readonly ElementType[] = Object.keys(CODECS) as ElementType[];

export function isElementType(name: string): name is ElementType {
  return Object.hasOwn(CODECS, name);
}

export function elementBytes(type: ElementType): number {
  return CODECS[type].bytes;
}

/** The data type of this SDK that holds elements of `type`. */
export function dataTypeOfElements(type: ElementType): DataType {
  return CODECS[type].dtype;
}

/** Elements as a file stores them, one after the other and little-endian. */
export interface StoredElements {
  readonly type: ElementType;
  /** Where the first begins in the source. */
  readonly begin: number;
  readonly count: number;
  /** The tensor, for messages. */
  readonly name: string;
}

/** What is read at once: memory above the result stays below this. */
const PIECE_BYTES = 1 << 20;

/**
 * Reads elements that lie within the source: F32, F16 and BF16 exactly and F64 rounded as float32; I64, I32, I16, I8 and
 * U8 as int32; BOOL as bool. The result owns its memory. Throws `UNSUPPORTED` for an I64 beyond 32 bits or an F64 beyond
 * float32, `PARSE` for a BOOL that is neither 0 nor 1; both name the tensor and the value.
 */
export async function readElements(source: ByteSource, elements: StoredElements): Promise<HostData> {
  if (source instanceof Uint8Array) return decodeElements(source, elements);
  const { type, begin, count, name } = elements;
  const { bytes, dtype, decode } = CODECS[type];
  const target = hostData(dtype, count);
  const step = PIECE_BYTES / bytes;
  for (let at = 0; at < count; at += step) {
    const end = Math.min(at + step, count);
    decode(await readBytes(source, begin + at * bytes, begin + end * bytes), target, at, name);
  }
  return target;
}

/** `readElements` of bytes in memory. */
export function decodeElements(source: Uint8Array, { type, begin, count, name }: StoredElements): HostData {
  const { bytes, dtype, decode } = CODECS[type];
  const target = hostData(dtype, count);
  decode(source.subarray(begin, begin + count * bytes), target, 0, name);
  return target;
}

function eachElement(bytes: number, read: (view: DataView, offset: number) => number): Codec['decode'] {
  return (piece, target, at) => {
    const view = viewOf(piece);
    for (let offset = 0; offset < piece.length; offset += bytes) target[at++] = read(view, offset);
  };
}

/** Bytes, not numbers, so that every NaN keeps its payload. */
function copyWords(piece: Uint8Array, target: HostData, at: number): void {
  new Uint8Array(target.buffer, target.byteOffset + 4 * at, piece.length).set(littleEndianWords(piece));
}

function decodeBfloat16(piece: Uint8Array, target: HostData, at: number): void {
  const view = viewOf(piece);
  const bits = new Uint32Array(target.buffer, target.byteOffset, target.length);
  for (let offset = 0; offset < piece.length; offset += 2) bits[at++] = view.getUint16(offset, true) << 16;
}

function decodeFloat64(piece: Uint8Array, target: HostData, at: number, name: string): void {
  const view = viewOf(piece);
  for (let offset = 0; offset < piece.length; offset += 8) {
    const value = view.getFloat64(offset, true);
    if (Number.isFinite(value) && !Number.isFinite(Math.fround(value))) {
      throw unrepresentable(name, 'F64', at, String(value), 'float32');
    }
    target[at++] = value;
  }
}

function decodeInt64(piece: Uint8Array, target: HostData, at: number, name: string): void {
  const view = viewOf(piece);
  for (let offset = 0; offset < piece.length; offset += 8) {
    const low = view.getInt32(offset, true);
    if (view.getInt32(offset + 4, true) !== low >> 31) {
      throw unrepresentable(name, 'I64', at, String(view.getBigInt64(offset, true)), '32 bits');
    }
    target[at++] = low;
  }
}

function decodeBoolean(piece: Uint8Array, target: HostData, at: number, name: string): void {
  const wrong = piece.findIndex((value) => value > 1);
  if (wrong >= 0) {
    throw new KdError(
      'PARSE',
      `Value ${at + wrong} of the BOOL tensor '${shortened(name)}' is ${piece[wrong]}, neither 0 nor 1.`,
    );
  }
  target.set(piece, at);
}

function unrepresentable(
  name: string,
  type: ElementType,
  index: number,
  value: string,
  into: string,
): KdError {
  return new KdError(
    'UNSUPPORTED',
    `Value ${index} of the ${type} tensor '${shortened(name)}' is ${value}, which does not fit into ${into}. Store the tensor in a type that this SDK computes with.`,
  );
}

/** A hostile file can hold names of many megabytes. */
function shortened(name: string): string {
  return name.length > 200 ? `${name.slice(0, 200)}...` : name;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
