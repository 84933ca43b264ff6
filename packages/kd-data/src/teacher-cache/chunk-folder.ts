import { KdError, readBytes, type Storage } from 'kd-core';
import { CHUNK_HEADER_BYTES, checkChunk, encodeChunk } from './chunk-file.ts';

/** Rows that are on the storage: in memory as well, or read when they are asked for. */
export interface StoredChunk {
  row(number: number): Uint8Array | Promise<Uint8Array>;
}

/** Chunks of rows as files of a storage. */
export interface ChunkFolder {
  /** Writes rows as the next chunk. */
  write(rows: readonly Uint8Array[]): Promise<StoredChunk>;
}

export interface ChunkFolderOptions {
  readonly storage: Storage;
  readonly rowBytes: number;
  /** Chunks of up to so many bytes stay in memory. */
  readonly memoryBytes: number;
  /** Hears of a chunk that was damaged and is removed. */
  readonly onDamage: (message: string) => void;
}

const CHUNK_NAME = /^outputs-(\d{6})\.bin$/;

/**
 * Reads every chunk and compares it with its checksum; `onChunk` is given those that are whole, in their order. One that is
 * damaged is removed, so that its rows are missing and will be made again.
 */
export async function openChunkFolder(
  { storage, rowBytes, memoryBytes, onDamage }: ChunkFolderOptions,
  onChunk: (chunk: StoredChunk, rows: readonly Uint8Array[]) => void,
): Promise<ChunkFolder> {
  let inMemory = 0;
  let next = 0;
  const rowIn = (bytes: Uint8Array, row: number): Uint8Array => {
    const begin = CHUNK_HEADER_BYTES + row * rowBytes;
    return bytes.subarray(begin, begin + rowBytes);
  };
  /** What stays of a chunk: its bytes while there is room, else its file. */
  const keep = async (name: string, bytes: Uint8Array): Promise<StoredChunk> => {
    const source = inMemory + bytes.length > memoryBytes ? await storage.open(name) : undefined;
    if (source === undefined) {
      inMemory += bytes.length;
      return { row: (number) => rowIn(bytes, number) };
    }
    return {
      row(number) {
        const begin = CHUNK_HEADER_BYTES + number * rowBytes;
        return readBytes(source, begin, begin + rowBytes);
      },
    };
  };
  const open = async (name: string, bytes: Uint8Array): Promise<void> => {
    try {
      const count = await checkChunk(bytes, rowBytes);
      const rows = Array.from({ length: count }, (_, row) => rowIn(bytes, row));
      onChunk(await keep(name, bytes), rows);
    } catch (error) {
      if (!KdError.isInstance(error) || error.code !== 'PARSE') throw error;
      await storage.remove(name);
      onDamage(
        `'${name}' in ${storage.location} is damaged and was removed; what it held is asked of the teacher again. ${error.message}`,
      );
    }
  };

  for (const name of await storage.list()) {
    const number = CHUNK_NAME.exec(name)?.[1];
    const bytes = number === undefined ? undefined : await storage.read(name);
    if (bytes === undefined) continue;
    next = Math.max(next, Number(number) + 1);
    await open(name, bytes);
  }
  return {
    async write(rows) {
      const name = `outputs-${String(next++).padStart(6, '0')}.bin`;
      const bytes = await encodeChunk(rows, rowBytes);
      await storage.write(name, bytes);
      return keep(name, bytes);
    },
  };
}
