import { KdError, MemoryBound } from 'kd-core';
import { collectGarbage, memoryInUse } from 'kd-fuzzing';
import { expect, it } from 'vitest';
import { unpickleArrays } from './unpickle-arrays.ts';

const text = (value: string): number[] => [...new TextEncoder().encode(value)];
const memoed = (index: number): number[] => [...text('q'), index];
const recalled = (index: number): number[] => [...text('h'), index];
const reconstruct = text('cnumpy.core.multiarray\n_reconstruct\n');
const byteType = text('cnumpy\ndtype\n(U\x02u1tR');
/** Version 1, 64 axes of one, of bytes, in C's order, a byte. */
const state = [
  ...text('(K\x01('),
  ...new Array<number[]>(64).fill(text('K\x01')).flat(),
  ...text('t'),
  ...byteType,
  0x89,
  ...text('U\x01xt'),
];

/** A pickle of `begin`, then `part` again and again, 4 MiB of it, then `end`. */
function repeated(begin: readonly number[], part: readonly number[], end: string): Uint8Array {
  const times = Math.floor((4 * 2 ** 20) / part.length);
  const bytes = new Uint8Array(2 + begin.length + times * part.length + end.length);
  bytes.set([0x80, 2, ...begin]);
  for (let index = 0; index < times; index++) bytes.set(part, 2 + begin.length + index * part.length);
  bytes.set(text(end), bytes.length - end.length);
  return bytes;
}

it.each([
  ['arrays', repeated([...reconstruct, ...memoed(0), ...text('(')], [...recalled(0), ...text(')R')], 't.')],
  [
    'arrays of 64 axes',
    repeated(
      [...reconstruct, ...memoed(0), ...state, ...memoed(1), ...text('(')],
      [...recalled(0), ...text(')R'), ...recalled(1), ...text('b')],
      't.',
    ),
  ],
  [
    'types',
    repeated(
      [...text('cnumpy\ndtype\n'), ...memoed(0), ...text('(')],
      [...recalled(0), ...text('(U\x01OtR')],
      't.',
    ),
  ],
  ['strings of a byte', repeated(text(']('), text('U\x01x'), 'e.')],
  ['empty bytes of Python 3', repeated(text(']('), text('C\x00'), 'e.')],
  [
    'copies of a text as bytes',
    repeated(
      [
        ...text('c_codecs\nencode\n'),
        ...memoed(0),
        ...text('(X'),
        ...[0, 4, 0, 0],
        ...new Array<number>(1024).fill(0x78),
        ...text('X\x06\x00\x00\x00latin1t'),
        ...memoed(1),
        ...text('('),
      ],
      [...recalled(0), ...recalled(1), ...text('R')],
      't.',
    ),
  ],
])('a pickle of endless %s is refused before it takes much more than its size', async (_, bytes) => {
  const before = await memoryInUse();
  let peak = before;
  const { charge } = MemoryBound.prototype;
  MemoryBound.prototype.charge = function (more) {
    try {
      charge.call(this, more);
    } catch (error) {
      // All that was built is still held here.
      collectGarbage();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      peak = heapUsed + arrayBuffers;
      throw error;
    }
  };
  try {
    expect(() => unpickleArrays(bytes, 'it')).toThrow(KdError);
  } finally {
    MemoryBound.prototype.charge = charge;
  }
  expect(peak - before).toBeGreaterThan(2 ** 20);
  expect(peak - before).toBeLessThan(4 * bytes.length + 8 * 2 ** 20);
});
