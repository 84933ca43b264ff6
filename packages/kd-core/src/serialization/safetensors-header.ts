import { KdError } from '../errors.ts';

/** Bytes before the header: its length as a little-endian 64-bit number. */
export const lengthBytes = 8;

/** As in the reference implementation: no real header comes near. */
const maximalHeaderBytes = 100_000_000;

export const metadataKey = '__metadata__';

export interface HeaderEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Relative to the end of the header. */
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  readonly entries: ReadonlyMap<string, HeaderEntry>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Where the data begin. */
  readonly dataStart: number;
}

export function parseFailure(message: string, cause?: unknown): KdError {
  // A hostile file can hold names of many megabytes.
  return new KdError('PARSE', `Not a valid safetensors file: ${message.slice(0, 500)}`, { cause });
}

/** Reads and checks the header. Throws `PARSE`. */
export function parseHeader(bytes: Uint8Array): Header {
  if (bytes.length < lengthBytes) throw parseFailure(`${bytes.length} bytes are too few for a header.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  if (length > maximalHeaderBytes || length > bytes.length - lengthBytes) {
    throw parseFailure(
      `the header is said to have ${length} bytes; the file has ${bytes.length}, and ${maximalHeaderBytes} is the most allowed.`,
    );
  }
  const dataStart = lengthBytes + length;
  const json = parseJson(bytes.subarray(lengthBytes, dataStart));
  const { [metadataKey]: metadata = {}, ...tensors } = json;
  const entries = new Map(Object.entries(tensors).map(([name, entry]) => [name, readEntry(name, entry)]));
  requireDisjoint(entries, bytes.length - dataStart);
  return { entries, metadata: readMetadata(metadata), dataStart };
}

function parseJson(bytes: Uint8Array): Record<string, unknown> {
  let json: unknown;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    json = JSON.parse(text);
  } catch (cause) {
    throw parseFailure('the header is not JSON in UTF-8.', cause);
  }
  if (!isRecord(json)) throw parseFailure('the header must be a JSON object.');
  refuseDuplicateKeys(text);
  return json;
}

/**
 * `JSON.parse` silently keeps the last of equal keys. `text` is known to be valid JSON. Scanned by hand, as a
 * regular expression that matches strings exhausts the stack on very long ones.
 */
function refuseDuplicateKeys(text: string): void {
  const open: Set<string>[] = [];
  for (let position = 0; position < text.length; position++) {
    const character = text[position];
    if (character === '{') open.push(new Set());
    else if (character === '}') open.pop();
    else if (character === '"') {
      const start = position;
      position = closingQuote(text, start);
      if (!isFollowedByColon(text, position + 1)) continue;
      const key = JSON.parse(text.slice(start, position + 1)) as string;
      const keys = open.at(-1)!;
      if (keys.has(key)) throw parseFailure(`the header has the key '${key}' twice.`);
      keys.add(key);
    }
  }
}

function closingQuote(text: string, openingQuote: number): number {
  let position = openingQuote + 1;
  while (text[position] !== '"') position += text[position] === '\\' ? 2 : 1;
  return position;
}

function isFollowedByColon(text: string, from: number): boolean {
  let position = from;
  while (/\s/.test(text[position] ?? '')) position++;
  return text[position] === ':';
}

function readEntry(name: string, entry: unknown): HeaderEntry {
  if (!isRecord(entry)) throw parseFailure(`the entry of '${name}' must be an object.`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== 'string') throw parseFailure(`'${name}' has no dtype.`);
  if (!isSizes(shape)) throw parseFailure(`the shape of '${name}' must be a list of non-negative integers.`);
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!) {
    throw parseFailure(`data_offsets of '${name}' must be two non-negative integers in ascending order.`);
  }
  return { dtype, shape, begin: offsets[0]!, end: offsets[1]! };
}

function readMetadata(metadata: unknown): Record<string, string> {
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === 'string')) {
    throw parseFailure(`${metadataKey} must be an object of strings.`);
  }
  return metadata as Record<string, string>;
}

function requireDisjoint(entries: ReadonlyMap<string, HeaderEntry>, dataLength: number): void {
  let previous: { name: string; end: number } | undefined;
  const inOrder = [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  for (const [name, { begin, end }] of inOrder) {
    if (end > dataLength) {
      throw parseFailure(
        `'${name}' ends at byte ${end}, but there are ${dataLength} bytes of data. Is the file complete?`,
      );
    }
    if (previous !== undefined && begin < previous.end) {
      throw parseFailure(`the data of '${previous.name}' and '${name}' overlap.`);
    }
    previous = { name, end };
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((each) => Number.isSafeInteger(each) && each >= 0);
}
