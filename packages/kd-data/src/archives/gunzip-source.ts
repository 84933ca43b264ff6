import { type ByteSource, byteLengthOf, KdError } from 'kd-core';

/** No deflate stream expands more than this (RFC 1951: 258 bytes from two bits). */
const largestExpansion = 1032;
const firstCapacity = 2 ** 16;

/**
 * All that a gzip file of any number of members holds, expanded piece by piece, so that nothing is allocated for what does
 * not come. Throws `PARSE` for a damaged file and `UNSUPPORTED` for one of more than `largestBytes`.
 */
export async function gunzipSource(
  source: ByteSource,
  { what, largestBytes }: { readonly what: string; readonly largestBytes: number },
): Promise<Uint8Array> {
  const blob = source instanceof Uint8Array ? new Blob([source as Uint8Array<ArrayBuffer>]) : source;
  const limit = Math.min(largestBytes, byteLengthOf(source) * largestExpansion);
  let content = new Uint8Array(Math.min(limit, firstCapacity));
  let length = 0;
  const reader = blob.stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw new KdError('PARSE', `Cannot read ${what}: its compressed data are damaged or cut off.`, {
        cause,
      });
    });
    if (done) return content.subarray(0, length);
    if (length + value.length > limit) {
      await reader.cancel();
      throw new KdError(
        'UNSUPPORTED',
        `Cannot read ${what}: it holds more than the ${limit} bytes that are expanded into memory. Unpack it, and give the folder.`,
      );
    }
    if (length + value.length > content.length) {
      const larger = new Uint8Array(Math.min(limit, Math.max(length + value.length, content.length * 2)));
      larger.set(content.subarray(0, length));
      content = larger;
    }
    content.set(value, length);
    length += value.length;
  }
}
