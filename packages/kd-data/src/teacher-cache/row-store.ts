import { type ByteSource, KdError, readBytes, type Storage } from 'kd-core';
import { CHUNK_HEADER_BYTES, checkChunk, encodeChunk } from './chunk-file.ts';
import type { RowLayout } from './row-layout.ts';

/** Rows on a storage, found by sample and variant. */
export interface RowStore {
  /** Rows that are there. */
  readonly count: number;
  has(index: number, variant: number): boolean;
  /** A row, at once where it is in memory; `undefined` when there is none. */
  read(index: number, variant: number): Uint8Array | undefined | Promise<Uint8Array>;
  /** Adds a row, in place of one of the same key. It is on the storage when its chunk is full, or after `flush`. */
  add(row: Uint8Array): void;
  /** Waits until chunks that are full are written, so that a producer does not run ahead of the disk. */
  settle(): Promise<void>;
  /** Writes what is not written yet. */
  flush(): Promise<void>;
}

/** Large enough that a data set is hundreds of files and not thousands, small enough to lose or to build again. */
const CHUNK_BYTES = 4 << 20;
const CHUNK_NAME = /^outputs-(\d{6})\.bin$/;

/** Rows in the order in which they came: in memory one by one until they are written, then as the bytes of a file or on it. */
interface Chunk {
  pending?: Uint8Array[];
  bytes?: Uint8Array;
  source?: ByteSource;
}

/**
 * Opens the rows of a storage, those of `samples` samples in `variants` variants. Every chunk is read and compared with its
 * checksum; one that is damaged is removed, so that its rows are missing and will be made again, and told to `onDamage`. Chunks
 * of up to `memoryBytes` stay in memory; of others, rows are read one by one when they are asked for.
 */
export async function openRowStore({
  storage,
  layout: { rowBytes, keyOf },
  samples,
  variants,
  memoryBytes,
  onDamage,
}: {
  readonly storage: Storage;
  readonly layout: RowLayout;
  readonly samples: number;
  readonly variants: number;
  readonly memoryBytes: number;
  readonly onDamage: (message: string) => void;
}): Promise<RowStore> {
  // Of each sample in each variant the number of its chunk, counted from 1, and its row there: a map of a million keys takes far more.
  const chunkOf = new Int32Array(samples * variants);
  const rowOf = new Int32Array(samples * variants);
  const chunks: Chunk[] = [];
  let count = 0;
  let inMemory = 0;
  let nextFile = 0;
  let writing: Promise<void> = Promise.resolve();
  let failure: unknown;

  const placeOf = (index: number, variant: number): number =>
    index < samples && variant < variants ? variant * samples + index : -1;
  const register = (bytes: Uint8Array, row: number, chunk: number): void => {
    const { index, variant } = keyOf(bytes);
    const place = placeOf(index, variant);
    if (place < 0) return;
    if (chunkOf[place] === 0) count += 1;
    chunkOf[place] = chunk + 1;
    rowOf[place] = row;
  };
  /** What stays of a written chunk: its bytes while there is room, else its file. */
  const keep = async (name: string, bytes: Uint8Array): Promise<Chunk> => {
    if (inMemory + bytes.length > memoryBytes) {
      const source = await storage.open(name);
      if (source !== undefined) return { source };
    }
    inMemory += bytes.length;
    return { bytes };
  };

  for (const name of await storage.list()) {
    const match = CHUNK_NAME.exec(name);
    const bytes = match === null ? undefined : await storage.read(name);
    if (match === null || bytes === undefined) continue;
    nextFile = Math.max(nextFile, Number(match[1]) + 1);
    try {
      const rows = await checkChunk(bytes, rowBytes);
      for (let row = 0; row < rows; row++) register(rowIn(bytes, row, rowBytes), row, chunks.length);
      chunks.push(await keep(name, bytes));
    } catch (error) {
      if (!KdError.isInstance(error) || error.code !== 'PARSE') throw error;
      await storage.remove(name);
      onDamage(
        `'${name}' in ${storage.location} is damaged and was removed; what it held is asked of the teacher again. ${error.message}`,
      );
    }
  }

  const rowsPerChunk = Math.max(1, Math.floor(CHUNK_BYTES / rowBytes));
  let filling: Chunk | undefined;
  const write = (chunk: Chunk): void => {
    const name = `outputs-${String(nextFile++).padStart(6, '0')}.bin`;
    filling = undefined;
    writing = writing
      .then(async () => {
        const bytes = await encodeChunk(chunk.pending!, rowBytes);
        await storage.write(name, bytes);
        Object.assign(chunk, await keep(name, bytes));
        delete chunk.pending;
      })
      .catch((error: unknown) => {
        failure ??= error;
      });
  };
  const settle = async (): Promise<void> => {
    await writing;
    if (failure !== undefined) throw failure;
  };

  return {
    get count() {
      return count;
    },
    has: (index, variant) => {
      const place = placeOf(index, variant);
      return place >= 0 && chunkOf[place] !== 0;
    },
    read(index, variant) {
      const place = placeOf(index, variant);
      const chunk = place < 0 ? undefined : chunks[chunkOf[place]! - 1];
      if (chunk === undefined) return undefined;
      const row = rowOf[place]!;
      if (chunk.pending !== undefined) return chunk.pending[row];
      if (chunk.bytes !== undefined) return rowIn(chunk.bytes, row, rowBytes);
      const begin = CHUNK_HEADER_BYTES + row * rowBytes;
      return readBytes(chunk.source!, begin, begin + rowBytes);
    },
    add(row) {
      if (filling === undefined) {
        filling = { pending: [] };
        chunks.push(filling);
      }
      register(row, filling.pending!.length, chunks.length - 1);
      filling.pending!.push(row);
      if (filling.pending!.length >= rowsPerChunk) write(filling);
    },
    settle,
    async flush() {
      if (filling !== undefined) write(filling);
      await settle();
    },
  };
}

function rowIn(bytes: Uint8Array, row: number, rowBytes: number): Uint8Array {
  const begin = CHUNK_HEADER_BYTES + row * rowBytes;
  return bytes.subarray(begin, begin + rowBytes);
}
