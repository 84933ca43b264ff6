import { type ByteSource, byteLengthOf, KdError, readBytes } from 'kd-core';
import { type MatData, matTypes } from './mat-elements.ts';
import { openSourceStream, type SourceStream } from './source-stream.ts';

export interface MatArray {
  readonly shape: readonly number[];
  /** With the first axis running fastest. Its memory belongs to the caller. */
  readonly data: MatData;
}

const headerBytes = 128;
const tagBytes = 8;
const matrixType = 14;
const compressedType = 15;
/** The classes of arrays of numbers; others are cells, structures, objects, text and sparse arrays. */
const numericClasses = { first: 6, last: 15 };
/** No deflate stream expands more than this (RFC 1951: 258 bytes from two bits). */
const largestExpansion = 1032;
/** Of the dimensions and the name of an array, which no file needs more of. */
const largestDescription = 1024;

/**
 * The arrays of real numbers called `names` of a MATLAB 5 file (MathWorks, "MAT-File Format", versions 5 to 7), compressed or
 * not; others are passed over. The file is read piece by piece, so that an array takes its own memory and no more.
 * Throws `PARSE` for a file that is damaged, or lacks one of them, and before anything is allocated that its bytes cannot hold.
 */
export async function readMatArrays<Name extends string>(
  source: ByteSource,
  what: string,
  names: readonly Name[],
): Promise<Readonly<Record<Name, MatArray>>> {
  const refuse = (reason: string, cause?: unknown): KdError =>
    new KdError('PARSE', `Cannot read ${what} as a MATLAB 5 file: ${reason}. Fetch the file again.`, {
      cause,
    });
  const length = byteLengthOf(source);
  const littleEndian = await readByteOrder(source, refuse);
  const found = new Map<string, MatArray>();
  const isMissing = (): boolean => names.some((name) => !found.has(name));

  for (let at = headerBytes; at < length && isMissing(); ) {
    if (at + tagBytes > length) throw refuse('it ends within a tag');
    const tag = viewOf(await readBytes(source, at, at + tagBytes));
    const type = tag.getUint32(0, littleEndian);
    const bytes = tag.getUint32(4, littleEndian);
    const begin = at + tagBytes;
    const end = begin + bytes;
    if (type !== matrixType && type !== compressedType) throw refuse(`it holds an element of type ${type}`);
    if (end > length) throw refuse(`an element ends at byte ${end}, but the file has ${length}`);
    const compressed = type === compressedType;
    const stream = openSourceStream(source, { begin, end, compressed, refuse });
    try {
      const array = await readVariable(stream, { names, bytes, compressed, littleEndian, refuse });
      if (array !== undefined) found.set(array.name, array);
    } finally {
      await stream.close();
    }
    // Elements that are not compressed fill whole words of 8 bytes.
    at = compressed ? end : begin + padded(bytes);
  }
  const missing = names.find((name) => !found.has(name));
  if (missing !== undefined) throw refuse(`it has no array '${missing}'`);
  return Object.fromEntries(found) as unknown as Readonly<Record<Name, MatArray>>;
}

type Refuse = (reason: string, cause?: unknown) => KdError;

async function readByteOrder(source: ByteSource, refuse: Refuse): Promise<boolean> {
  if (byteLengthOf(source) < headerBytes) {
    throw refuse(`its header takes ${headerBytes} bytes, but there are ${byteLengthOf(source)}`);
  }
  const header = await readBytes(source, 0, headerBytes);
  const order = String.fromCharCode(header[126]!, header[127]!);
  const version = viewOf(header).getUint16(124, order === 'IM');
  if (order !== 'IM' && order !== 'MI') throw refuse('its header does not say the order of bytes');
  if (version !== 0x0100) throw refuse(`it has version ${version >> 8}, not 1 (version 7.3 is HDF5)`);
  return order === 'IM';
}

interface VariableOptions {
  readonly names: readonly string[];
  /** Of the element in the file. */
  readonly bytes: number;
  readonly compressed: boolean;
  readonly littleEndian: boolean;
  readonly refuse: Refuse;
}

/** The array of an element, unless it is none of those that are wanted. */
async function readVariable(
  stream: SourceStream,
  options: VariableOptions,
): Promise<(MatArray & { readonly name: string }) | undefined> {
  const { names, bytes, compressed, littleEndian, refuse } = options;
  const readTag = async (): Promise<Tag> => {
    const tag = new Uint8Array(tagBytes);
    await stream.fill(tag);
    return parseTag(tag, littleEndian);
  };
  let room = bytes;
  if (compressed) {
    const matrix = await readTag();
    if (matrix.type !== matrixType) return undefined;
    room = matrix.bytes;
  }
  const readPart = async (): Promise<Uint8Array> => {
    const tag = await readTag();
    if (tag.small !== undefined) return tag.small;
    if (tag.bytes > largestDescription) throw refuse(`the description of an array takes ${tag.bytes} bytes`);
    const part = new Uint8Array(padded(tag.bytes));
    await stream.fill(part);
    return part.subarray(0, tag.bytes);
  };
  const flags = await readPart();
  const dimensions = await readPart();
  const name = new TextDecoder().decode(await readPart());
  if (!names.includes(name)) return undefined;

  if (flags.length !== 8) throw refuse(`the flags of '${name}' take ${flags.length} bytes`);
  const word = viewOf(flags).getUint32(0, littleEndian);
  const kind = word & 0xff;
  const isComplex = (word & 0x0800) !== 0;
  if (kind < numericClasses.first || kind > numericClasses.last || isComplex) {
    throw refuse(`'${name}' is no array of real numbers`);
  }
  const shape = Array.from({ length: dimensions.length >> 2 }, (_, axis) =>
    viewOf(dimensions).getInt32(4 * axis, littleEndian),
  );
  const count = shape.reduce((product, size) => product * size, 1);
  const tag = await readTag();
  const type = matTypes.get(tag.type);
  if (type === undefined) throw refuse(`'${name}' holds elements of type ${tag.type}`);
  if (shape.length < 2 || shape.some((size) => size < 0) || tag.bytes !== count * type.bytes) {
    throw refuse(`'${name}' of shape [${shape.join(', ')}] has ${tag.bytes} bytes`);
  }
  if (tag.bytes > room || (compressed && tag.bytes > bytes * largestExpansion)) {
    throw refuse(`'${name}' has ${tag.bytes} bytes, which its element of ${bytes} cannot hold`);
  }
  const content = tag.small ?? new Uint8Array(tag.bytes);
  if (tag.small === undefined) await stream.fill(content);
  // To the end of the zlib stream, where its checksum is.
  if (compressed && (await stream.drain(tagBytes)) >= tagBytes) throw refuse(`'${name}' is followed by more`);
  return { name, shape, data: type.decode(content, littleEndian) };
}

interface Tag {
  readonly type: number;
  readonly bytes: number;
  /** The data of a small element, which stand in its tag. */
  readonly small?: Uint8Array;
}

function parseTag(tag: Uint8Array, littleEndian: boolean): Tag {
  const view = viewOf(tag);
  const word = view.getUint32(0, littleEndian);
  if (word >>> 16 === 0) return { type: word, bytes: view.getUint32(4, littleEndian) };
  const bytes = word >>> 16;
  return { type: word & 0xffff, bytes, small: tag.slice(4, 4 + Math.min(bytes, 4)) };
}

function padded(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
