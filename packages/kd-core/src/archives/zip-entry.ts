/** One file of a ZIP archive, as the archive's directory describes it. */
export interface ZipEntry {
  /** Its path, with slashes. */
  readonly name: string;
  readonly encrypted: boolean;
  /** One of `zipMethod`, or another (APPNOTE.TXT 4.4.5). */
  readonly method: number;
  /** CRC-32 of the content. */
  readonly checksum: number;
  /** Bytes in the archive. */
  readonly compressedSize: number;
  /** Bytes of the content. */
  readonly size: number;
  /** Where its local header begins. */
  readonly offset: number;
}

/** How a `ZipEntry` may be compressed. */
export const zipMethod = { stored: 0, deflated: 8 } as const;

/** Bytes of a local header without name and extra fields. */
export const localHeaderBytes = 30;
