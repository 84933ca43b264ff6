import { DownloadFailure } from './download-failure.ts';

export interface OpenDownloadOptions {
  /** What is there already, and the ETag or date that it was sent with. */
  readonly resume?: { readonly bytes: number; readonly validator: string } | undefined;
  /** How long nothing may come. */
  readonly idleMilliseconds: number;
  readonly signal?: AbortSignal | undefined;
}

/** What a server is sending. */
export interface OpenedDownload {
  /** The position in the file of the first byte that comes: 0, unless the server goes on where an earlier transfer ended. */
  readonly start: number;
  /** Bytes of the whole file, where the server says it. */
  readonly total: number | undefined;
  /** What a later request can ask to go on by. */
  readonly validator: string | undefined;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Ends the transfer. */
  close(): void;
}

const mostRedirects = 5;
const statusPartial = 206;
const statusUnsatisfiable = 416;
/** Too many requests, and a request that took too long. */
const passingStatuses = [408, 429];

/**
 * Asks a server for a file, or for the rest of it. Throws `DownloadFailure` for all that a server or a network can do wrong,
 * and the reason of `signal`.
 */
export async function openDownload(
  url: string,
  { resume, idleMilliseconds, signal }: OpenDownloadOptions,
): Promise<OpenedDownload> {
  const watch = watchIdle(idleMilliseconds, signal);
  try {
    const headers: Record<string, string> = { 'accept-encoding': 'identity' };
    if (resume !== undefined) {
      headers.range = `bytes=${resume.bytes}-`;
      headers['if-range'] = resume.validator;
    }
    const response = await watch.guard(() => follow(url, headers, watch.signal));
    if (response.status === statusUnsatisfiable && resume !== undefined) {
      await response.body?.cancel();
      watch.stop();
      return await openDownload(url, { idleMilliseconds, signal });
    }
    requireGood(response);
    const { start, total } = extent(response, resume?.bytes ?? 0);
    return {
      start,
      total,
      validator: validatorOf(response.headers),
      chunks: watch.chunks(response.body),
      close: watch.stop,
    };
  } catch (error) {
    watch.stop();
    throw error;
  }
}

async function follow(
  first: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Response> {
  let url = requireWeb(first);
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    const response = await fetch(url, { headers, redirect: 'manual', signal });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || location === null) return response;
    await response.body?.cancel();
    url = requireWeb(location, url);
  }
  throw new DownloadFailure(`redirects more than ${mostRedirects} times`, { passing: false });
}

function requireWeb(address: string, base?: URL): URL {
  const url = URL.canParse(address, base?.href) ? new URL(address, base) : undefined;
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url;
  const what = base === undefined ? 'is' : `redirects to '${address}', which is`;
  throw new DownloadFailure(`${what} no address of the web (https: or http:)`, { passing: false });
}

function requireGood({ status, statusText, headers }: Response): void {
  if (status !== 200 && status !== statusPartial) {
    throw new DownloadFailure(`answers ${`${status} ${statusText}`.trim()}`, {
      passing: status >= 500 || passingStatuses.includes(status),
    });
  }
  const encoding = headers.get('content-encoding') ?? 'identity';
  if (encoding !== 'identity') {
    throw new DownloadFailure(`sends the file encoded as ${encoding}, although it was asked not to`, {
      passing: false,
    });
  }
}

function extent(response: Response, asked: number): { start: number; total: number | undefined } {
  if (response.status !== statusPartial) {
    const length = response.headers.get('content-length');
    return { start: 0, total: length === null ? undefined : Number(length) };
  }
  const [, start, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get('content-range') ?? '') ?? [];
  if (asked === 0 || Number(start) !== asked) {
    throw new DownloadFailure(`sends another part of the file than the one from byte ${asked} on`, {
      passing: false,
    });
  }
  return { start: asked, total: Number(total) };
}

/** A strong ETag, or else the date: only these can be asked to go on by (RFC 9110, section 13.1.5). */
function validatorOf(headers: Headers): string | undefined {
  const etag = headers.get('etag');
  if (etag !== null && !etag.startsWith('W/')) return etag;
  return headers.get('last-modified') ?? undefined;
}

interface IdleWatch {
  readonly signal: AbortSignal;
  /** Turns what goes wrong into a `DownloadFailure`, or the reason of the caller's signal. */
  guard<Result>(action: () => Promise<Result>): Promise<Result>;
  chunks(body: ReadableStream<Uint8Array> | null): AsyncIterable<Uint8Array>;
  stop(): void;
}

function watchIdle(milliseconds: number, signal: AbortSignal | undefined): IdleWatch {
  const idle = new AbortController();
  const timer = setTimeout(() => idle.abort(), milliseconds);
  const guard = async <Result>(action: () => Promise<Result>): Promise<Result> => {
    try {
      return await action();
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof DownloadFailure) throw error;
      throw new DownloadFailure(
        idle.signal.aborted ? `sent nothing for ${milliseconds / 1000} s` : reasonOf(error),
        { passing: true },
      );
    }
  };
  return {
    signal: signal === undefined ? idle.signal : AbortSignal.any([signal, idle.signal]),
    guard,
    async *chunks(body) {
      const reader = body?.getReader();
      while (reader !== undefined) {
        const { value, done } = await guard(() => reader.read());
        if (done) return;
        timer.refresh();
        yield value;
      }
    },
    stop() {
      clearTimeout(timer);
      idle.abort();
    },
  };
}

/** `fetch` says only that it failed; its cause says why. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error && cause.message !== '' ? cause.message : message;
}
