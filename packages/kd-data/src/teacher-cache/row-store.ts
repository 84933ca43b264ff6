import { type ChunkFolderOptions, openChunkFolder, type StoredChunk } from './chunk-folder.ts';
import type { RowLayout } from './row-layout.ts';
import { rowPlaces } from './row-places.ts';

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

export interface RowStoreOptions extends Omit<ChunkFolderOptions, 'rowBytes'> {
  readonly layout: RowLayout;
  readonly samples: number;
  readonly variants: number;
}

/** Large enough that a data set is hundreds of files and not thousands, small enough to lose or to build again. */
const CHUNK_BYTES = 4 << 20;

/** Opens the rows of a storage, those of `samples` samples in `variants` variants; see `openChunkFolder` for damaged ones. */
export async function openRowStore({
  layout: { rowBytes, keyOf },
  samples,
  variants,
  ...options
}: RowStoreOptions): Promise<RowStore> {
  const places = rowPlaces(samples, variants);
  /** In the order in which they came: rows that are not written yet, or a chunk. */
  const chunks: (Uint8Array[] | StoredChunk)[] = [];
  const folder = await openChunkFolder({ ...options, rowBytes }, (chunk, rows) => {
    for (const [number, row] of rows.entries()) places.put(keyOf(row), chunks.length, number);
    chunks.push(chunk);
  });
  const rowsPerChunk = Math.max(1, Math.floor(CHUNK_BYTES / rowBytes));
  /** Those that the next chunk will have; they are the last of `chunks`. */
  let filling: Uint8Array[] | undefined;
  let writing: Promise<void> = Promise.resolve();
  let failure: { readonly error: unknown } | undefined;

  const write = (rows: Uint8Array[]): void => {
    const place = chunks.indexOf(rows);
    filling = undefined;
    writing = writing
      .then(async () => {
        chunks[place] = await folder.write(rows);
      })
      .catch((error: unknown) => {
        failure ??= { error };
      });
  };
  const settle = async (): Promise<void> => {
    await writing;
    if (failure !== undefined) throw failure.error;
  };

  return {
    get count() {
      return places.count;
    },
    has: (index, variant) => places.find(index, variant) !== undefined,
    read(index, variant) {
      const place = places.find(index, variant);
      if (place === undefined) return undefined;
      const chunk = chunks[place.chunk]!;
      return Array.isArray(chunk) ? chunk[place.row] : chunk.row(place.row);
    },
    add(row) {
      if (filling === undefined) {
        filling = [];
        chunks.push(filling);
      }
      places.put(keyOf(row), chunks.length - 1, filling.length);
      filling.push(row);
      if (filling.length >= rowsPerChunk) write(filling);
    },
    settle,
    async flush() {
      if (filling !== undefined) write(filling);
      await settle();
    },
  };
}
