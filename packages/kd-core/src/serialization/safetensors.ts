import { requireArgument } from '../errors.ts';
import { HostTensor, sizeOf } from '../trees/host-tensor.ts';
import { littleEndianWords } from './little-endian.ts';
import {
  type HeaderEntry,
  lengthBytes,
  metadataKey,
  parseFailure,
  parseHeader,
} from './safetensors-header.ts';

export interface Safetensors {
  readonly tensors: Record<string, HostTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

const encodedTypes = { float32: 'F32', int32: 'I32', bool: 'BOOL' } as const;

/**
 * The bytes of a safetensors file: float32 as F32, int32 as I32, bool as BOOL. The same tensors give the same
 * bytes, whatever their order; all data are aligned to their element size.
 * Throws `INVALID_ARGUMENT` for a tensor named `__metadata__`.
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, HostTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  requireArgument(
    !Object.hasOwn(tensors, metadataKey),
    () => `No tensor can be named '${metadataKey}': the format reserves the name.`,
  );
  const byWidthAndName = Object.entries(tensors).sort(
    ([nameA, a], [nameB, b]) =>
      b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT || (nameA < nameB ? -1 : 1),
  );
  let length = 0;
  const entries = byWidthAndName.map(([name, { data, dtype, shape }]) => {
    const begin = length;
    length += data.byteLength;
    return [name, { dtype: encodedTypes[dtype], shape, data_offsets: [begin, length] }] as const;
  });
  const hasMetadata = Object.keys(metadata).length > 0;
  const header = new TextEncoder().encode(
    JSON.stringify(
      Object.fromEntries<unknown>([...(hasMetadata ? [[metadataKey, metadata] as const] : []), ...entries]),
    ),
  );
  const headerLength = Math.ceil(header.length / 8) * 8;

  const bytes = new Uint8Array(lengthBytes + headerLength + length);
  new DataView(bytes.buffer).setUint32(0, headerLength, true);
  bytes.fill(0x20, lengthBytes + header.length, lengthBytes + headerLength);
  bytes.set(header, lengthBytes);
  byWidthAndName.forEach(([, { data, dtype }], index) => {
    const raw = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
    const [begin] = entries[index]![1].data_offsets;
    bytes.set(dtype === 'bool' ? raw : littleEndianWords(raw), lengthBytes + headerLength + begin!);
  });
  return bytes;
}

/**
 * Reads a safetensors file: F32 as float32, I32, U8 and I64 as int32, BOOL as bool, in any order and
 * alignment. The tensors own their data.
 * Throws `PARSE` for anything that is not a valid file, for other dtypes, and for I64 values beyond 32 bits.
 */
export function decodeSafetensors(bytes: Uint8Array): Safetensors {
  const { entries, metadata, dataStart } = parseHeader(bytes);
  const tensors = [...entries].map(([name, entry]) => {
    const decoder = decoders.get(entry.dtype);
    if (decoder === undefined) {
      throw parseFailure(
        `'${name}' has the dtype ${entry.dtype}; supported are ${[...decoders.keys()].join(', ')}.`,
      );
    }
    requireLength(name, entry, decoder.width);
    const data = new Uint8Array(bytes.subarray(dataStart + entry.begin, dataStart + entry.end));
    return [name, new HostTensor(decoder.decode(data, name), entry.shape)] as const;
  });
  return { tensors: Object.fromEntries(tensors), metadata };
}

interface Decoder {
  /** Bytes of one element. */
  readonly width: number;
  decode(data: Uint8Array<ArrayBuffer>, name: string): HostTensor['data'];
}

const decoders: ReadonlyMap<string, Decoder> = new Map([
  ['F32', { width: 4, decode: (data) => new Float32Array(littleEndianWords(data).buffer) }],
  ['I32', { width: 4, decode: (data) => new Int32Array(littleEndianWords(data).buffer) }],
  ['I64', { width: 8, decode: decodeInt64 }],
  ['U8', { width: 1, decode: (data) => Int32Array.from(data) }],
  ['BOOL', { width: 1, decode: decodeBoolean }],
] satisfies [string, Decoder][]);

function decodeInt64(data: Uint8Array<ArrayBuffer>, name: string): Int32Array {
  const words = new Int32Array(littleEndianWords(data).buffer);
  return Int32Array.from({ length: words.length / 2 }, (_, index) => {
    const [low, high] = [words[2 * index]!, words[2 * index + 1]!];
    if (high !== low >> 31)
      throw parseFailure(`value ${index} of the I64 tensor '${name}' does not fit into 32 bits.`);
    return low;
  });
}

function decodeBoolean(data: Uint8Array<ArrayBuffer>, name: string): Uint8Array {
  const wrong = data.findIndex((value) => value > 1);
  if (wrong >= 0)
    throw parseFailure(`value ${wrong} of the BOOL tensor '${name}' is ${data[wrong]}, neither 0 nor 1.`);
  return data;
}

function requireLength(name: string, { dtype, shape, begin, end }: HeaderEntry, width: number): void {
  if (sizeOf(shape) * width === end - begin) return;
  throw parseFailure(
    `'${name}' is ${dtype} of shape [${shape.join(', ')}], but has ${end - begin} bytes of data.`,
  );
}
