/** Files in one place, which are read when they are asked for: what `archiveFiles` and `folderFiles` open. */
export interface ImageFiles {
  /** Names the place in messages, such as `The archive 'test.zip'`. */
  readonly what: string;
  /** Paths below the place, with slashes. */
  readonly paths: readonly string[];
  read(path: string): Promise<Uint8Array>;
}
