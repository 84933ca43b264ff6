import { requireArgument } from '../errors.ts';
import type { ByteSource } from '../serialization/byte-source.ts';

/** Named blobs that outlive the process: a folder, a browser's private file system, memory. One writer at a time. */
export interface Storage {
  /** Where it is, for messages. */
  readonly location: string;
  /**
   * Throws `STORAGE`, saying what is wrong and what would help, unless blobs can be written now and `bytes` more
   * bytes fit. Leaves nothing behind.
   */
  probe(bytes: number): Promise<void>;
  /** The blob, or `undefined` when there is none of that name. */
  read(name: string): Promise<Uint8Array | undefined>;
  /** The blob, to be read in parts as they are needed, or `undefined`; it must not be replaced while it is read. */
  open(name: string): Promise<ByteSource | undefined>;
  /** All or nothing: after a failure (`STORAGE`) or a crash, the old blob of that name is still whole. */
  write(name: string, bytes: Uint8Array): Promise<void>;
  /** Sorted names. */
  list(): Promise<readonly string[]>;
  /** Does nothing when there is no blob of that name. */
  remove(name: string): Promise<void>;
}

/** Names are plain file names: letters, digits, `.`, `_`, `-`, not starting with a dot. Else `INVALID_ARGUMENT`. */
export function checkStorageName(name: string): void {
  requireArgument(
    /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(name),
    () =>
      `A storage name is made of letters, digits, '.', '_' and '-' and starts with no dot, got '${name}'.`,
  );
}
