import { createWriteStream } from 'node:fs';
import { rename, stat, truncate } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { KdError } from 'kd-core';

export interface DownloadFileOptions {
  /** The same file in several places, tried in this order. */
  readonly urls: readonly string[];
  /** Where it goes. Until it is complete, it has the ending `.part`, from which a later call goes on. */
  readonly path: string;
  /** Its size, where it is known: more is not taken. */
  readonly bytes?: number;
  /** Is told how many bytes are there, of how many where that is known. */
  readonly onProgress?: (done: number, all: number | undefined) => void;
  /** Ends the download; what is there stays. */
  readonly signal?: AbortSignal;
  /** Checks the complete file before it gets its name; one that is refused is removed, and the next place is tried. */
  readonly verify?: (path: string) => Promise<void>;
}

/** Of each place, each going on where the last one ended. */
const attempts = 3;
/** A server that is silent for so long is given up. */
const silenceMilliseconds = 60_000;

/**
 * Downloads a file, going on where an earlier download was cut off (HTTP ranges). Throws `STORAGE` with the reason of every
 * place when none gives the file, `VERIFICATION` when the last one gives another, and `INTERRUPTED` at `signal`.
 */
export async function downloadFile(options: DownloadFileOptions): Promise<void> {
  const { urls, path, verify, signal } = options;
  const part = `${path}.part`;
  const failures: string[] = [];
  let refused: unknown;
  for (const url of urls) {
    for (let attempt = 0; attempt < attempts; attempt++) {
      try {
        await fetchInto(part, url, options);
      } catch (cause) {
        if (signal?.aborted === true) {
          throw new KdError(
            'INTERRUPTED',
            `The download of ${url} was ended; '${part}' keeps what is there.`,
            {
              cause,
            },
          );
        }
        failures.push(`${url}: ${reasonOf(cause)}`);
        if (cause instanceof FinalAnswer) break;
        continue;
      }
      try {
        await verify?.(part);
      } catch (error) {
        refused = error;
        // What was there before may have been of another version: the next attempt starts anew.
        await truncate(part);
        continue;
      }
      await rename(part, path);
      return;
    }
  }
  if (refused !== undefined) throw refused;
  const reasons = [...new Set(failures)].map((failure) => `\n  ${failure}`).join('');
  throw new KdError('STORAGE', `Cannot download '${path}':${reasons}`);
}

/** An answer that will be the same when it is asked for again. */
class FinalAnswer extends Error {}

async function fetchInto(
  part: string,
  url: string,
  { bytes, onProgress, signal }: DownloadFileOptions,
): Promise<void> {
  const before = await stat(part).then(
    ({ size }) => size,
    () => 0,
  );
  if (bytes !== undefined && before === bytes) return;
  const begin = bytes !== undefined && before > bytes ? 0 : before;
  const silence = new AbortController();
  const guard = setTimeout(() => silence.abort(new Error('it has fallen silent')), silenceMilliseconds);
  try {
    const response = await fetch(url, {
      signal: signal === undefined ? silence.signal : AbortSignal.any([signal, silence.signal]),
      headers: {
        // What is compressed on the way has other ranges.
        'accept-encoding': 'identity',
        ...(begin > 0 && { range: `bytes=${begin}-` }),
      },
    });
    // The part is the whole file, or longer: its checksum will tell.
    if (response.status === 416 && begin > 0) return;
    if (!response.ok || response.body === null) {
      const message = `the server answers ${response.status} ${response.statusText}`.trim();
      throw response.status >= 500 ? new Error(message) : new FinalAnswer(message);
    }
    const start = startOf(response, begin);
    const length = Number(response.headers.get('content-length') ?? Number.NaN);
    const all = bytes ?? (Number.isFinite(length) ? start + length : undefined);
    let done = start;
    await pipeline(
      Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]),
      async function* (pieces: AsyncIterable<Uint8Array>) {
        for await (const piece of pieces) {
          guard.refresh();
          done += piece.length;
          if (all !== undefined && done > all) throw new FinalAnswer(`it is larger than ${all} bytes`);
          yield piece;
          onProgress?.(done, all);
        }
      },
      createWriteStream(part, { flags: start > 0 ? 'a' : 'w' }),
    );
    if (all !== undefined && done < all) throw new Error(`it ended after ${done} of ${all} bytes`);
  } finally {
    clearTimeout(guard);
  }
}

/** Where the answer begins: servers may give all of a file when they are asked for its rest. */
function startOf(response: Response, begin: number): number {
  if (response.status !== 206) return 0;
  const range = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '');
  if (Number(range?.[1]) !== begin)
    throw new FinalAnswer('the server gives another range than it was asked for');
  return begin;
}

function reasonOf(cause: unknown): string {
  const { message, cause: inner } = cause as Error;
  return inner instanceof Error && inner.message !== '' ? `${message} (${inner.message})` : message;
}
