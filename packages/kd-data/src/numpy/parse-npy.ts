import { decodeHalves, KdError } from 'kd-core';

export type NpyData =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

export interface NpyArray {
  readonly shape: readonly number[];
  /** numpy's name of the elements without the order of bytes, such as `f4`; `b1` and `f2` come as bytes and as floats. */
  readonly type: NpyType;
  /** In C's order, the last axis running fastest, whatever the file has. Bytes in that order are a view of the input. */
  readonly data: NpyData;
}

export type NpyType = 'b1' | 'u1' | 'i1' | 'u2' | 'i2' | 'u4' | 'i4' | 'u8' | 'i8' | 'f2' | 'f4' | 'f8';

interface Elements {
  readonly bytes: number;
  /** Reads elements whose bytes are in the order of this machine, at the beginning of a buffer of their own. */
  read(bytes: Uint8Array): NpyData;
}

const typed = (Type: {
  new (buffer: ArrayBufferLike, offset: number, length: number): NpyData;
  BYTES_PER_ELEMENT: number;
}): Elements => ({
  bytes: Type.BYTES_PER_ELEMENT,
  read: ({ buffer, byteOffset, length }) => new Type(buffer, byteOffset, length / Type.BYTES_PER_ELEMENT),
});

const elementsOf: Readonly<Record<NpyType, Elements>> = {
  b1: typed(Uint8Array),
  u1: typed(Uint8Array),
  i1: typed(Int8Array),
  u2: typed(Uint16Array),
  i2: typed(Int16Array),
  u4: typed(Uint32Array),
  i4: typed(Int32Array),
  u8: typed(BigUint64Array),
  i8: typed(BigInt64Array),
  f2: {
    bytes: 2,
    read(bytes) {
      const floats = new Float32Array(bytes.length / 2);
      decodeHalves(bytes, floats, 0);
      return floats;
    },
  },
  f4: typed(Float32Array),
  f8: typed(Float64Array),
};

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** numpy's own limit of axes. */
const mostAxes = 64;
const header =
  /^\{\s*'descr':\s*(?<descr>'[^']*'|\[.*\]),\s*'fortran_order':\s*(?<fortran>True|False),\s*'shape':\s*\((?<shape>[\d\s,L]*)\),?\s*\}\s*$/s;

/**
 * Reads a `.npy` file (numpy, NEP 1, versions 1 to 3) of booleans, integers or floats, in either order of bytes and of axes.
 * Throws `PARSE` for anything that is not exactly such a file, and `UNSUPPORTED` for other elements, such as objects, which
 * are pickles; `what` names it in the message. Nothing is allocated that the bytes cannot fill.
 */
export function parseNpy(bytes: Uint8Array, what = 'the .npy file'): NpyArray {
  const refuse = (reason: string): KdError => new KdError('PARSE', `Cannot read ${what}: ${reason}.`);
  const { text, begin } = readHeader(bytes, refuse);
  const fields = header.exec(text)?.groups;
  if (fields === undefined) throw refuse(`its header is not that of an array: ${text.trim().slice(0, 100)}`);
  const { type, littleEndian } = readType(fields.descr!, what);
  const shape = readShape(fields.shape!, refuse);
  const { bytes: size, read } = elementsOf[type];
  const count = shape.reduce((product, dimension) => product * dimension, 1);
  const found = bytes.length - begin;
  if (found !== count * size) {
    throw refuse(
      `shape [${shape.join(', ')}] of ${type} takes ${count * size} bytes, but ${found} follow the header`,
    );
  }
  const isFortran = fields.fortran === 'True' && shape.filter((dimension) => dimension > 1).length > 1;
  let content = bytes.subarray(begin);
  if (size > 1) content = littleEndian ? content.slice() : reversed(content, size);
  const data = read(content);
  return { shape, type, data: isFortran ? fromFortran(data, shape) : data };
}

type Refuse = (reason: string) => KdError;

function readHeader(bytes: Uint8Array, refuse: Refuse): { readonly text: string; readonly begin: number } {
  if (magic.some((byte, index) => bytes[index] !== byte)) {
    throw refuse(String.raw`it does not begin with \x93NUMPY`);
  }
  const [major = 0, minor] = bytes.subarray(6, 8);
  if (major < 1 || major > 3 || minor !== 0)
    throw refuse(`it has version ${major}.${minor}, not 1.0, 2.0 or 3.0`);
  const lengthBytes = major === 1 ? 2 : 4;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8 + lengthBytes) throw refuse('it ends within its header');
  const length = lengthBytes === 2 ? view.getUint16(8, true) : view.getUint32(8, true);
  const begin = 8 + lengthBytes + length;
  if (begin > bytes.length) throw refuse('it ends within its header');
  return { text: new TextDecoder().decode(bytes.subarray(8 + lengthBytes, begin)), begin };
}

function readType(descr: string, what: string): { readonly type: NpyType; readonly littleEndian: boolean } {
  const match = /^'(?<order>[<>|=])(?<type>[a-zA-Z]\d+)'$/.exec(descr)?.groups;
  if (match === undefined || !Object.hasOwn(elementsOf, match.type!)) {
    throw new KdError(
      'UNSUPPORTED',
      `Elements of the type ${descr.slice(0, 100)} of ${what} cannot be read. Save booleans, integers or floats, such as array.astype('float32').`,
    );
  }
  return { type: match.type as NpyType, littleEndian: match.order !== '>' };
}

function readShape(text: string, refuse: Refuse): readonly number[] {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.at(-1) === '') parts.pop();
  // Python 2 wrote long integers with an L.
  const shape = parts.map((part) => (/^\d+L?$/.test(part) ? Number.parseInt(part, 10) : Number.NaN));
  if (shape.length > mostAxes || !shape.every(Number.isSafeInteger)) {
    throw refuse(`its shape is not one: (${text.slice(0, 100)})`);
  }
  return shape;
}

/** A copy with the bytes of each element turned round. */
function reversed(bytes: Uint8Array, size: number): Uint8Array {
  const turned = new Uint8Array(bytes.length);
  for (let begin = 0; begin < bytes.length; begin += size) {
    for (let byte = 0; byte < size; byte++) turned[begin + byte] = bytes[begin + size - 1 - byte]!;
  }
  return turned;
}

/** Elements whose first axis runs fastest, as if the last did. */
function fromFortran(data: NpyData, shape: readonly number[]): NpyData {
  const ordered = data.slice();
  const strides: number[] = [];
  let stride = 1;
  for (const dimension of shape) {
    strides.push(stride);
    stride *= dimension;
  }
  const place = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let to = 0; to < ordered.length; to++) {
    ordered[to] = data[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place[axis]!++;
      from += strides[axis]!;
      if (place[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      place[axis] = 0;
    }
  }
  return ordered;
}
