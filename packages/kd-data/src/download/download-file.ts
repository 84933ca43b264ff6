import { open, rename, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { KdError, requireArgument } from 'kd-core';
import { makeFolder } from 'kd-core/node';
import { type Checksums, checkFile } from './check-file.ts';
import { DownloadFailure } from './download-failure.ts';
import { openDownload } from './open-download.ts';
import { notePartial, partialPath, readPartial, removePartial } from './partial-file.ts';
import { storing } from './storing.ts';

export interface DownloadFileOptions {
  /** Where the file is to be had: tried in order, https or http. */
  readonly urls: readonly string[];
  /** What it becomes. Its folder is made. */
  readonly path: string;
  /** The size of the file. */
  readonly bytes?: number | undefined;
  /** What it may have where `bytes` is not known. Default 4 GiB. */
  readonly largestBytes?: number;
  /** At least one. */
  readonly checksums: Checksums;
  /** Is told how many bytes are there, of how many where that is known. */
  readonly onProgress?: (done: number, all: number | undefined) => void;
  /** Is told how many bytes of the finished file are checked. */
  readonly onCheck?: (done: number, all: number) => void;
  /** Ends the transfer. What has come stays, and the next call goes on with it. */
  readonly signal?: AbortSignal | undefined;
  /** How long a server may send nothing. Default 30 s. */
  readonly idleMilliseconds?: number;
  /** What passes between tries of a place that fails, twice as much before the third. Default 1 s. */
  readonly retryMilliseconds?: number;
}

const defaults = { largestBytes: 2 ** 32, idleMilliseconds: 30_000, retryMilliseconds: 1000 };
/** Tries of one place that bring nothing new. */
const tries = 3;

type Settings = DownloadFileOptions & typeof defaults;

/**
 * Fetches a file and checks it; what is there and right is not fetched again (the answer is then false). What has come is kept in
 * `PATH.part` until all of it is there and has the right digest, so that `path` is never half a file, and a transfer that was cut off goes
 * on where it ended, as long as the server says that its file is the same (If-Range, RFC 9110). Redirects are followed five times.
 *
 * Throws `DOWNLOAD` with every place and its reason when none gives the file, `STORAGE` when it cannot be written,
 * `INVALID_ARGUMENT` without checksums, and the reason of `signal`.
 */
export async function downloadFile(options: DownloadFileOptions): Promise<boolean> {
  const settings: Settings = { ...defaults, ...options, path: resolve(options.path) };
  const { urls, path, signal } = settings;
  requireArgument(
    options.checksums.md5 !== undefined || options.checksums.sha256 !== undefined,
    () => `checksums must have md5 or sha256: what '${path}' becomes could not be checked otherwise.`,
  );
  if (await isThere(settings)) return false;
  await storing(path, () => makeFolder(dirname(path)));
  const reasons: string[] = [];
  for (const url of urls) {
    try {
      await fetchFrom(url, settings);
      await storing(path, async () => {
        await rename(partialPath(path), path);
        await removePartial(path);
      });
      return true;
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof DownloadFailure)) throw error;
      reasons.push(`${url}: ${error.message}`);
    }
  }
  throw new KdError(
    'DOWNLOAD',
    `Cannot get '${path}' from ${urls.length === 1 ? 'its place' : `any of its ${urls.length} places`}:\n${reasons.map((reason) => `  ${reason}`).join('\n')}\nTry again later, name another mirror, or bring the file from elsewhere.`,
    { details: { path, reasons } },
  );
}

async function isThere({ path, bytes, checksums, signal, onCheck }: Settings): Promise<boolean> {
  const there = await stat(path).catch(() => undefined);
  if (there === undefined) return false;
  return (await checkFile(path, { bytes, checksums, signal, onCheck })) === undefined;
}

async function fetchFrom(url: string, settings: Settings): Promise<void> {
  const { path, bytes, checksums, signal, onCheck, retryMilliseconds } = settings;
  const earlier = (await readPartial(path))?.url === url;
  let failures = 0;
  for (;;) {
    const before = (await readPartial(path))?.bytes ?? 0;
    try {
      await transfer(url, settings);
      break;
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof DownloadFailure && error.passing)) throw error;
      const after = (await readPartial(path))?.bytes ?? 0;
      failures = after > before ? 1 : failures + 1;
      if (failures === tries) throw error;
      await wait(retryMilliseconds * failures, undefined, { signal }).catch(() => signal?.throwIfAborted());
    }
  }
  const problem = await checkFile(partialPath(path), { bytes, checksums, signal, onCheck });
  if (problem === undefined) return;
  await storing(path, () => removePartial(path));
  // What an earlier call has left may have been damaged since.
  if (earlier) return fetchFrom(url, settings);
  throw new DownloadFailure(`sent another file: ${problem}`, { passing: false });
}

/** Brings `PATH.part` to its full size. */
async function transfer(
  url: string,
  { path, bytes, largestBytes, idleMilliseconds, signal, onProgress }: Settings,
): Promise<void> {
  const limit = bytes ?? largestBytes;
  const kept = await readPartial(path);
  const resume = kept?.url === url && kept.bytes > 0 && kept.bytes <= limit ? kept : undefined;
  if (resume !== undefined && resume.bytes === bytes) return;
  const opened = await openDownload(url, { resume, idleMilliseconds, signal });
  const tooLarge = (size: string): DownloadFailure =>
    new DownloadFailure(
      bytes === undefined
        ? `has ${size}, above the ${limit} allowed`
        : `has ${size}, not the ${bytes} of the file`,
      { passing: false },
    );
  try {
    const { start, total, validator } = opened;
    if (total !== undefined && (total > limit || total !== (bytes ?? total)))
      throw tooLarge(`${total} bytes`);
    if (start === 0) await storing(path, () => notePartial(path, { url, validator }));
    const file = await storing(path, () => open(partialPath(path), 'a'));
    let done = start;
    try {
      onProgress?.(done, bytes ?? total);
      for await (const chunk of opened.chunks) {
        if (done + chunk.length > limit) {
          await storing(path, () => removePartial(path));
          throw tooLarge(`more than ${limit} bytes`);
        }
        await storing(path, () => file.writeFile(chunk));
        done += chunk.length;
        onProgress?.(done, bytes ?? total);
      }
      await storing(path, () => file.sync());
    } finally {
      await file.close();
    }
    const expected = bytes ?? total;
    if (expected !== undefined && done < expected) {
      throw new DownloadFailure(`ends after ${done} of ${expected} bytes`, { passing: true });
    }
  } finally {
    opened.close();
  }
}
