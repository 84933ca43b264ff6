import type { ByteSource } from 'kd-core';

/** Files in one place, which are read when they are asked for: what `archiveFiles` and `folderFiles` open. */
export interface ImageFiles {
  /** Names the place in messages, such as `The archive 'test.zip'`. */
  readonly what: string;
  /** Paths below the place, with slashes. */
  readonly paths: readonly string[];
  read(path: string): Promise<Uint8Array>;
  /** What they are, as data of which a worker opens them again; absent of files of one's own. */
  readonly spec?: ImageFilesSpec;
}

/** Where files are, as data. */
export type ImageFilesSpec =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'archive'; readonly source: ByteSource; readonly options: ArchiveFilesOptions }
  | { readonly kind: 'archive file'; readonly path: string };

export interface ArchiveFilesOptions {
  /** Names the archive in messages. */
  readonly name?: string;
  /** Bytes that a compressed tar archive may expand to in memory. Default 4 GiB. */
  readonly largestBytes?: number;
}
