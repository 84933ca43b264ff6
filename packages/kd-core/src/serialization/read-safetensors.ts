import { requireArgument } from '../errors.ts';
import { HostTensor, sizeOf } from '../trees/host-tensor.ts';
import { type ByteSource, byteLengthOf, readBytes } from './byte-source.ts';
import { decodeElements, readElements, type StoredElements } from './element-types.ts';
import { dataStartOf, type HeaderEntry, lengthBytes, parseHeader } from './safetensors-header.ts';
import type { TensorFile } from './tensor-file.ts';

export interface Safetensors {
  readonly tensors: Record<string, HostTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Opens a safetensors file; only its header is read, and all of it is checked before a byte of data is trusted. Tensors
 * may come in any order and alignment, but must cover the data without gaps or overlaps, as the format says.
 * F32, F16, BF16 and F64 (rounded) are read as float32; I8, U8, I16, I32 and I64 as int32; BOOL as bool.
 * Throws `PARSE` for anything that is not a valid file, `UNSUPPORTED` for other dtypes of the format.
 */
export async function openSafetensors(source: ByteSource): Promise<TensorFile> {
  const length = byteLengthOf(source);
  const dataStart = dataStartOf(await readBytes(source, 0, Math.min(lengthBytes, length)), length);
  const header = await readBytes(source, lengthBytes, dataStart);
  const { entries, metadata } = parseHeader(header, length - dataStart);
  return {
    metadata,
    entries: [...entries.values()],
    async read(name) {
      const entry = entries.get(name);
      requireArgument(entry !== undefined, () => `The file has no tensor '${name}'. See its entries.`);
      const data = await readElements(source, storedElements(entry, dataStart));
      return new HostTensor(data, entry.shape);
    },
  };
}

/** All of a safetensors file in memory. The tensors own their data. Reads and throws what `openSafetensors` does. */
export function decodeSafetensors(bytes: Uint8Array): Safetensors {
  const dataStart = dataStartOf(bytes, bytes.length);
  const { entries, metadata } = parseHeader(bytes.subarray(lengthBytes, dataStart), bytes.length - dataStart);
  const tensors = Array.from(entries, ([name, entry]) => {
    const data = decodeElements(bytes, storedElements(entry, dataStart));
    return [name, new HostTensor(data, entry.shape)] as const;
  });
  return { tensors: Object.fromEntries(tensors), metadata };
}

function storedElements({ name, storedAs, shape, begin }: HeaderEntry, dataStart: number): StoredElements {
  return { type: storedAs, begin: dataStart + begin, count: sizeOf(shape), name };
}
