import { readFile } from 'node:fs/promises';
import { KdError } from 'kd-core';

/** The bytes of a file. Throws `STORAGE` with its path, the reason, and `hint`, a sentence about what the file should be. */
export async function readFileOf(path: string, hint = ''): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw unreadable(path, cause, hint);
  }
}

/** The error of a file that `cause` kept from being read. */
export function unreadable(path: string, cause: unknown, hint = ''): KdError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const reason = code === 'ENOENT' ? 'there is no such file' : message;
  return new KdError('STORAGE', `Cannot read '${path}': ${reason}.${hint === '' ? '' : ` ${hint}`}`, {
    cause,
  });
}
