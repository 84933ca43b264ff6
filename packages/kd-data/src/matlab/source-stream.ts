import { type ByteSource, type KdError, readBytes } from 'kd-core';

const pieceBytes = 1 << 20;

/** Bytes that come one after the other, from a file or out of a decompressor; no more than a piece of them is in memory. */
export interface SourceStream {
  /** Fills `target`. Throws `PARSE` when the bytes end first, or are damaged. */
  fill(target: Uint8Array): Promise<void>;
  /** Leaves out so many bytes. Throws `PARSE` when the bytes end first. */
  skip(count: number): Promise<void>;
  /** How many bytes are left, read to the end, which also verifies what is compressed; stops above `most`. */
  drain(most: number): Promise<number>;
  /** Lets go of the source. */
  close(): Promise<void>;
}

export interface SourceStreamOptions {
  readonly begin: number;
  readonly end: number;
  /** Whether the bytes are a zlib stream (RFC 1950) that is to be decompressed. */
  readonly compressed: boolean;
  refuse(reason: string, cause?: unknown): KdError;
}

/** Opens a part of a source. Nothing is read ahead of need but what the decompressor holds. */
export function openSourceStream(source: ByteSource, options: SourceStreamOptions): SourceStream {
  const { compressed, refuse } = options;
  const pieces = piecesOf(source, options);
  const reader = (compressed ? pieces.pipeThrough(new DecompressionStream('deflate')) : pieces).getReader();
  let rest: Uint8Array = new Uint8Array(0);

  /** Up to `most` of the bytes that come next; undefined at the end. */
  const next = async (most: number): Promise<Uint8Array | undefined> => {
    while (rest.length === 0) {
      const { value, done } = await read();
      if (done) return undefined;
      rest = value;
    }
    const taken = rest.subarray(0, most);
    rest = rest.subarray(taken.length);
    return taken;
  };
  const read = async () => {
    try {
      return await reader.read();
    } catch (cause) {
      throw refuse('its compressed data are damaged', cause);
    }
  };
  const each = async (count: number, use: (piece: Uint8Array, at: number) => void): Promise<void> => {
    for (let at = 0; at < count; ) {
      const piece = await next(count - at);
      if (piece === undefined) throw refuse('it ends within an array');
      use(piece, at);
      at += piece.length;
    }
  };

  return {
    fill: (target) => each(target.length, (piece, at) => target.set(piece, at)),
    skip: (count) => each(count, () => {}),
    async drain(most) {
      let count = 0;
      for (;;) {
        const piece = await next(Number.POSITIVE_INFINITY);
        if (piece === undefined) return count;
        count += piece.length;
        if (count > most) return count;
      }
    },
    async close() {
      // A stream that has failed cannot be cancelled any more, nor has to be.
      await reader.cancel().catch(() => {});
    },
  };
}

function piecesOf(
  source: ByteSource,
  { begin, end }: SourceStreamOptions,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = begin;
  return new ReadableStream({
    async pull(controller) {
      if (at >= end) {
        controller.close();
        return;
      }
      const to = Math.min(at + pieceBytes, end);
      controller.enqueue((await readBytes(source, at, to)) as Uint8Array<ArrayBuffer>);
      at = to;
    },
  });
}
