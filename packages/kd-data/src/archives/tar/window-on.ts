import { type ByteSource, byteLengthOf, readBytes } from 'kd-core';

/** What is read at once where entries are small, so that one read serves the headers of many. */
const windowBytes = 2 ** 18;
/** Reads that go further than this from each other are of large entries: a window would hold no second header. */
const nearBytes = 2 ** 15;

/** Reads ranges that follow each other; those of a `Blob` that lie close together by one read. */
export function windowOn(source: ByteSource): (begin: number, end: number) => Promise<Uint8Array> {
  if (source instanceof Uint8Array) return (begin, end) => readBytes(source, begin, end);
  let from = 0;
  let held: Uint8Array = new Uint8Array(0);
  let last = 0;
  return async (begin, end) => {
    const isNear = begin - last < nearBytes;
    last = begin;
    if (begin < from || end > from + held.length) {
      const ahead = isNear ? Math.max(end, begin + windowBytes) : end;
      held = await readBytes(source, begin, Math.min(byteLengthOf(source), ahead));
      from = begin;
    }
    return held.subarray(begin - from, end - from);
  };
}
