import { type FileHandle, open, readFile, rename, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { KdError } from 'kd-core';
import { makeFolder } from 'kd-core/node';
import type { LogFile, LogFolder } from './log-file.ts';

/** A log on disk; its folder is made when it is first written to. */
export function logFile(path: string): LogFile {
  const location = resolve(path);
  let handle: FileHandle | undefined;
  const close = async (): Promise<void> => {
    const closing = handle;
    handle = undefined;
    await closing?.close();
  };
  return {
    name: basename(location),
    read: () =>
      guard(`${location} cannot be read`, async () => {
        try {
          return new Uint8Array(await readFile(location));
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
          throw error;
        }
      }),
    replace: (content) =>
      guard(`${location} cannot be written`, async () => {
        await close();
        await makeFolder(dirname(location));
        const temporary = `${location}.tmp`;
        await writeFile(temporary, content);
        await rename(temporary, location);
      }),
    append: (content) =>
      guard(`${location} cannot be written`, async () => {
        if (handle === undefined) {
          await makeFolder(dirname(location));
          handle = await open(location, 'a');
        }
        await handle.appendFile(content);
      }),
    close,
  };
}

/** Logs in a folder on disk. */
export function logFolder(path: string): LogFolder {
  return { host: hostname(), file: (name) => logFile(join(path, name)) };
}

async function guard<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new KdError(
      'STORAGE',
      `${what} (${code ?? String(cause)}). Free some space or choose another folder.`,
      {
        cause,
      },
    );
  }
}
