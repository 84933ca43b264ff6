import { KdError } from '../errors.ts';
import { dataTypeOfElements, elementBytes, elementTypes, isElementType } from './element-types.ts';
import { HeaderScanner } from './header-scanner.ts';
import type { TensorEntry } from './tensor-file.ts';

/** Bytes before the header: its length as a little-endian 64-bit number. */
export const lengthBytes = 8;

/** As in the reference implementation: no real header comes near. */
const maximalHeaderBytes = 100_000_000;

/** Far more than a tensor library has axes; bounds what a short shape in JSON becomes in memory. */
const maximalRank = 64;
const maximalMetadataEntries = 10_000;

export const metadataKey = '__metadata__';

/** Types of the format that this SDK does not read. */
const otherTypes: readonly string[] = [
  ...['U16', 'U32', 'U64', 'C64', 'F8_E4M3', 'F8_E5M2', 'F8_E8M0', 'F8_E4M3FNUZ', 'F8_E5M2FNUZ'],
  ...['F6_E2M3', 'F6_E3M2', 'F4'],
];

/** One object a tensor, and the only one: a header can list many in little space. */
export interface HeaderEntry extends TensorEntry {
  /** Relative to the end of the header. */
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  readonly entries: ReadonlyMap<string, HeaderEntry>;
  readonly metadata: Readonly<Record<string, string>>;
}

function parseFailure(message: string, cause?: unknown): KdError {
  // A hostile file can hold names of many megabytes.
  return new KdError('PARSE', `Not a valid safetensors file: ${message.slice(0, 500)}`, { cause });
}

/** Where the data begin, from the first bytes of a file of `fileLength` bytes. Throws `PARSE`. */
export function dataStartOf(prefix: Uint8Array, fileLength: number): number {
  if (fileLength < lengthBytes) throw parseFailure(`${fileLength} bytes are too few for a header.`);
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefix.byteLength);
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  if (length > maximalHeaderBytes || length > fileLength - lengthBytes) {
    throw parseFailure(
      `the header is said to have ${length} bytes; the file has ${fileLength}, and ${maximalHeaderBytes} is the most allowed.`,
    );
  }
  return lengthBytes + length;
}

/**
 * Reads and checks the header in one pass, without building anything that is not part of the result. Throws `PARSE` for
 * what is not valid, `UNSUPPORTED` for element types that this SDK does not read.
 */
export function parseHeader(header: Uint8Array, dataLength: number): Header {
  const scanner = new HeaderScanner(header, parseFailure);
  const entries = new Map<string, HeaderEntry>();
  let metadata: Record<string, string> | undefined;
  scanner.object('the header', (name) => {
    if (name === metadataKey) {
      if (metadata !== undefined) throw twice('the header', name);
      metadata = readMetadata(scanner);
    } else {
      if (entries.has(name)) throw twice('the header', name);
      entries.set(name, readEntry(scanner, name));
    }
  });
  scanner.end();
  requireCovered(entries, dataLength);
  return { entries, metadata: metadata ?? {} };
}

function readMetadata(scanner: HeaderScanner): Record<string, string> {
  const metadata = new Map<string, string>();
  scanner.object(metadataKey, (key) => {
    if (metadata.has(key)) throw twice(metadataKey, key);
    if (metadata.size === maximalMetadataEntries) {
      throw parseFailure(`${metadataKey} has more than ${maximalMetadataEntries} entries.`);
    }
    metadata.set(
      key,
      scanner.string(() => `the value of '${key}' in ${metadataKey}`),
    );
  });
  return Object.fromEntries(metadata);
}

function readEntry(scanner: HeaderScanner, name: string): HeaderEntry {
  let dtype: string | undefined;
  let shape: number[] | undefined;
  let offsets: number[] | undefined;
  const once = (key: string, value: unknown): void => {
    if (value !== undefined) throw twice(`the entry of '${name}'`, key);
  };
  scanner.object(`the entry of '${name}'`, (key) => {
    if (key === 'dtype') {
      once(key, dtype);
      dtype = scanner.string(() => `the dtype of '${name}'`);
    } else if (key === 'shape') {
      once(key, shape);
      shape = scanner.sizes(maximalRank, () => `the shape of '${name}'`);
    } else if (key === 'data_offsets') {
      once(key, offsets);
      offsets = scanner.sizes(2, () => `data_offsets of '${name}'`);
    } else {
      throw parseFailure(`the entry of '${name}' has the unknown field '${key}'.`);
    }
  });
  if (dtype === undefined) throw parseFailure(`'${name}' has no dtype.`);
  if (shape === undefined) throw parseFailure(`'${name}' has no shape.`);
  if (offsets?.length !== 2 || offsets[0]! > offsets[1]!) {
    throw parseFailure(`data_offsets of '${name}' must be two non-negative integers in ascending order.`);
  }
  return checkedEntry(name, dtype, shape, offsets as [number, number]);
}

function checkedEntry(
  name: string,
  dtype: string,
  shape: readonly number[],
  [begin, end]: readonly [number, number],
): HeaderEntry {
  if (!isElementType(dtype)) throw refusedType(name, dtype);
  const elements = shape.reduce((product, size) => product * size, 1);
  const length = elements * elementBytes(dtype);
  // Inexact beyond this bound, and no file is as long.
  if (length > Number.MAX_SAFE_INTEGER || length !== end - begin) {
    throw parseFailure(
      `'${name}' is ${dtype} of shape [${shape.join(', ')}], but has ${end - begin} bytes of data.`,
    );
  }
  return { name, storedAs: dtype, dtype: dataTypeOfElements(dtype), shape, begin, end };
}

function refusedType(name: string, dtype: string): KdError {
  const message = `'${name}' has the dtype ${dtype}; supported are ${elementTypes.join(', ')}.`;
  if (!otherTypes.includes(dtype)) return parseFailure(message);
  return new KdError('UNSUPPORTED', `${message} Store it in one of them.`.slice(0, 500));
}

/** The rule of the format: the data are covered without gaps and overlaps, in whatever order. */
function requireCovered(entries: ReadonlyMap<string, HeaderEntry>, dataLength: number): void {
  const inOrder = [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  let previous = '';
  for (const [name, { begin, end }] of inOrder) {
    if (end > dataLength) {
      throw parseFailure(
        `'${name}' ends at byte ${end}, but there are ${dataLength} bytes of data. Is the file complete?`,
      );
    }
    if (begin < covered) throw parseFailure(`the data of '${previous}' and '${name}' overlap.`);
    if (begin > covered) throw unclaimed(covered, begin);
    covered = end;
    previous = name;
  }
  if (covered < dataLength) throw unclaimed(covered, dataLength);
}

function unclaimed(begin: number, end: number): KdError {
  return parseFailure(`bytes ${begin} to ${end} of the data belong to no tensor.`);
}

function twice(where: string, key: string): KdError {
  return parseFailure(`${where} has the key '${key}' twice.`);
}
