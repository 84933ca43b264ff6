import { KdError } from 'kd-core';
import { gunzip, isGzip } from './gunzip.ts';

export type IdxData = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

export interface IdxArray {
  readonly shape: readonly number[];
  /** Row-major. Bytes of an uncompressed file are a view of the input, everything else is a copy. */
  readonly data: IdxData;
}

interface ElementType {
  readonly bytes: number;
  read(view: DataView, count: number): IdxData;
}

/** By the third byte of the file. Multi-byte values are big-endian. */
const elementTypes: ReadonlyMap<number, ElementType> = new Map<number, ElementType>([
  [0x08, { bytes: 1, read: (view, count) => new Uint8Array(view.buffer, view.byteOffset, count) }],
  [0x09, { bytes: 1, read: (view, count) => new Int8Array(view.buffer, view.byteOffset, count) }],
  [0x0b, { bytes: 2, read: (view, count) => fill(new Int16Array(count), (i) => view.getInt16(2 * i)) }],
  [0x0c, { bytes: 4, read: (view, count) => fill(new Int32Array(count), (i) => view.getInt32(4 * i)) }],
  [0x0d, { bytes: 4, read: (view, count) => fill(new Float32Array(count), (i) => view.getFloat32(4 * i)) }],
  [0x0e, { bytes: 8, read: (view, count) => fill(new Float64Array(count), (i) => view.getFloat64(8 * i)) }],
]);

/**
 * Reads an IDX file, the format of MNIST and its relatives: two zero bytes, the element type, the number of
 * dimensions, each dimension as a big-endian uint32, then the elements
 * (Y. LeCun, C. Cortes, C. Burges, "The MNIST database"). A gzip file is decompressed first.
 * Throws `PARSE` for anything that is not exactly such a file; `what` names it in the message.
 */
export function parseIdx(bytes: Uint8Array, what = 'the IDX file'): IdxArray {
  const content = isGzip(bytes) ? gunzip(bytes, what) : bytes;
  const refuse = (reason: string): KdError => new KdError('PARSE', `Cannot read ${what}: ${reason}.`);

  if (content.length < 4) throw refuse(`an IDX header has at least 4 bytes, but there are ${content.length}`);
  const [zero0, zero1, typeCode, rank] = content as unknown as [number, number, number, number];
  const type = elementTypes.get(typeCode);
  if (zero0 !== 0 || zero1 !== 0 || type === undefined || rank === 0) {
    const found = [...content.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    throw refuse(
      `an IDX file begins with 00 00, a type of 08, 09 or 0b..0e, and a number of dimensions above 0, but this one with ${found}`,
    );
  }
  const headerBytes = 4 + 4 * rank;
  if (content.length < headerBytes) {
    throw refuse(`a header of ${rank} dimensions has ${headerBytes} bytes, but there are ${content.length}`);
  }

  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const count = shape.reduce((product, dimension) => product * dimension, 1);
  const found = content.length - headerBytes;
  if (found !== count * type.bytes) {
    throw refuse(
      `shape [${shape.join(', ')}] takes ${count * type.bytes} bytes, but ${found} follow the header`,
    );
  }
  return { shape, data: type.read(new DataView(content.buffer, content.byteOffset + headerBytes), count) };
}

function fill<Data extends IdxData>(target: Data, valueAt: (index: number) => number): Data {
  for (let i = 0; i < target.length; i++) target[i] = valueAt(i);
  return target;
}
