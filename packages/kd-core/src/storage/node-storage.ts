import { constants, openAsBlob } from 'node:fs';
import { access, open, readdir, readFile, rename, rm, stat, statfs } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { KdError } from '../errors.ts';
import { makeFolder } from './make-folder.ts';
import { checkStorageName, type Storage } from './storage.ts';

/** What no other program calls its files, so that old ones can be removed. */
const TEMPORARY = '.kd-tmp';

/** Milliseconds after which a temporary file is no write under way, of this process or another, but what a killed one has left. */
const ABANDONED_AFTER = 3_600_000;

/**
 * Storage in a folder, made when it is not there. A write goes to a temporary file, is synced, renamed over the
 * old file, and the folder synced, so that a crash leaves the old blob or the new one, never a torn one.
 * What a killed process has left of a write is removed by a `probe` an hour later.
 * Every failure of the file system is a `STORAGE` error with the path and the reason.
 */
export function nodeStorage(directory: string): Storage {
  const location = resolve(directory);
  const pathOf = (name: string): string => {
    checkStorageName(name);
    return join(location, name);
  };

  return {
    location,
    async probe(bytes) {
      await guard(`The folder ${location} cannot be used`, async () => {
        await makeFolder(location);
        const trial = join(location, `.probe${TEMPORARY}`);
        await writeSynced(trial, new Uint8Array(1));
        await rm(trial);
        await removeAbandoned(location);
      });
      const { bavail, bsize } = await guard(`The disk of ${location} cannot be examined`, () =>
        statfs(location),
      );
      const free = bavail * bsize;
      if (free < bytes) {
        throw new KdError(
          'STORAGE',
          `The disk of ${location} has ${free} bytes free, but checkpoints need ${bytes}. Free some space, keep fewer checkpoints, or choose another folder.`,
          { details: { location, free, needed: bytes } },
        );
      }
    },
    async read(name) {
      const path = pathOf(name);
      return guard(`${path} cannot be read`, async () => {
        try {
          return new Uint8Array(await readFile(path));
        } catch (error) {
          if (codeOf(error) === 'ENOENT') return undefined;
          throw error;
        }
      });
    },
    async open(name) {
      const path = pathOf(name);
      return guard(`${path} cannot be opened`, async () => {
        try {
          await access(path, constants.R_OK);
        } catch (error) {
          if (codeOf(error) === 'ENOENT') return undefined;
          throw error;
        }
        return openAsBlob(path);
      });
    },
    async write(name, bytes) {
      const path = pathOf(name);
      const temporary = join(location, `.${name}${TEMPORARY}`);
      await guard(`${path} cannot be written`, async () => {
        try {
          await makeFolder(location);
          await writeSynced(temporary, bytes);
          await rename(temporary, path);
        } catch (error) {
          await rm(temporary, { force: true });
          throw error;
        }
        await syncDirectory(location);
      });
    },
    async list() {
      return guard(`The folder ${location} cannot be listed`, async () => {
        try {
          const entries = await readdir(location, { withFileTypes: true });
          return entries
            .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
            .map(({ name }) => name)
            .sort();
        } catch (error) {
          if (codeOf(error) === 'ENOENT') return [];
          throw error;
        }
      });
    },
    async remove(name) {
      const path = pathOf(name);
      await guard(`${path} cannot be removed`, () => rm(path, { force: true }));
    },
  };
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A write that is killed half-way leaves as much as it has written, under a name that `list` does not show. */
async function removeAbandoned(location: string): Promise<void> {
  for (const name of await readdir(location)) {
    if (!name.startsWith('.') || !name.endsWith(TEMPORARY)) continue;
    const path = join(location, name);
    // It may have got its real name meanwhile.
    const written = await stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => Number.POSITIVE_INFINITY,
    );
    if (Date.now() - written > ABANDONED_AFTER) await rm(path, { force: true });
  }
}

/** Makes a rename durable. Windows cannot open a folder, and journals the rename itself. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full: free some space or choose another folder.',
  EDQUOT: 'The disk quota is used up: free some space or choose another folder.',
  EROFS: 'The file system is read-only: choose another folder.',
  EACCES: 'Permission is missing: change the rights of the folder or choose another one.',
  EPERM: 'Permission is missing: change the rights of the folder or choose another one.',
  ENOTDIR: 'A part of the path is a file: choose another folder.',
  EEXIST: 'A file has this name: choose another folder.',
};

async function guard<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = codeOf(error);
    const remedy = REMEDIES[code ?? ''] ?? 'Check the path and the disk.';
    throw new KdError('STORAGE', `${what} (${code ?? String(error)}). ${remedy}`, {
      cause: error,
      details: { code },
    });
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}
