import { mkdir, mkdtemp, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type ByteSource, KdError } from 'kd-core';
import { makeFolder } from 'kd-core/node';
import { requireWritableNames } from './extraction-names.ts';
import { openArchive } from './open-archive.ts';

export interface ExtractArchiveOptions {
  /** Names the archive in messages, such as `the archive 'train.tar'`. Default `the archive`. */
  readonly what?: string;
  /** Is told, after every file, how many are written of how many. */
  readonly onProgress?: (done: number, all: number) => void;
  /** Bytes that all files together may have. Default 512 GiB. */
  readonly largestTotalBytes?: number;
  /** How many files there may be. Default 5,000,000. */
  readonly largestCount?: number;
  /** Bytes that a compressed tar archive may expand to in memory. Default 4 GiB. */
  readonly largestBytes?: number;
}

const defaults = { what: 'the archive', largestTotalBytes: 2 ** 39, largestCount: 5_000_000 } as const;
/** Files that are written at once. */
const inFlight = 8;

/**
 * Unpacks a ZIP, tar or tar.gz archive into `folder`, which must not be there yet or be empty; tar archives in it become folders. All names
 * and sizes are checked before a byte is written, files are written below a temporary folder beside it, and that gets its name when all
 * of them are there: after a failure nothing is left. Files are never written over others or through links, and never get permissions
 * or owners from the archive.
 *
 * Throws `PARSE` for an archive that is damaged, leaves its folder, or has names that not every file system takes or keeps apart;
 * `UNSUPPORTED` for links, devices and more than may be unpacked; `STORAGE` when `folder` holds something or cannot be written.
 */
export async function extractArchive(
  source: ByteSource,
  folder: string,
  options: ExtractArchiveOptions = {},
): Promise<void> {
  const { what, onProgress, largestTotalBytes, largestCount, largestBytes } = { ...defaults, ...options };
  const archive = await openArchive(source, { what, ...(largestBytes !== undefined && { largestBytes }) });
  const paths = [...archive.sizes.keys()];
  requireWritableNames(paths, what);
  requireBounded(archive.sizes, { what, largestTotalBytes, largestCount });

  const target = resolve(folder);
  await storing(target, () => makeFolder(dirname(target)));
  await requireFree(target);
  const temporary = await storing(target, () => mkdtemp(`${target}.unpacking-`));
  try {
    await storing(target, () => makeFolders(temporary, paths));
    let next = 0;
    let done = 0;
    const write = async (): Promise<void> => {
      while (next < paths.length) {
        const path = paths[next++]!;
        const content = await archive.read(path);
        await storing(target, () => writeFile(join(temporary, path), content, { flag: 'wx' }));
        done += 1;
        onProgress?.(done, paths.length);
      }
    };
    try {
      await Promise.all(Array.from({ length: inFlight }, write));
    } finally {
      // After a failure, the others begin no further file.
      next = paths.length;
    }
    await storing(target, async () => {
      await rmdir(target).catch(ignoreMissing);
      await rename(temporary, target);
    });
  } catch (error) {
    await rm(temporary, { recursive: true, force: true, maxRetries: 3 });
    throw error;
  }
}

function requireBounded(
  sizes: ReadonlyMap<string, number>,
  {
    what,
    largestTotalBytes,
    largestCount,
  }: { readonly what: string; readonly largestTotalBytes: number; readonly largestCount: number },
): void {
  const refuse = (reason: string): KdError =>
    new KdError('UNSUPPORTED', `Cannot unpack ${what}: ${reason}. Say larger limits if it is meant to.`);
  if (sizes.size > largestCount)
    throw refuse(`it has ${sizes.size} files, above the ${largestCount} allowed`);
  let total = 0;
  for (const size of sizes.values()) total += size;
  if (total > largestTotalBytes) {
    throw refuse(`its files have ${total} bytes, above the ${largestTotalBytes} allowed`);
  }
}

async function requireFree(folder: string): Promise<void> {
  const held = await readdir(folder).catch(ignoreMissing);
  if (held !== undefined && held.length > 0) {
    throw new KdError(
      'STORAGE',
      `'${folder}' holds '${held[0]}' and is not written over. Remove it, or choose another folder.`,
    );
  }
}

async function makeFolders(root: string, paths: readonly string[]): Promise<void> {
  const folders = new Set(paths.map((path) => dirname(path)));
  for (const folder of folders) await mkdir(join(root, folder), { recursive: true });
}

function ignoreMissing(cause: unknown): undefined {
  if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
  throw cause;
}

async function storing<Result>(folder: string, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (cause) {
    const { message } = cause as Error;
    throw new KdError('STORAGE', `Cannot unpack into '${folder}': ${message}.`, { cause });
  }
}
