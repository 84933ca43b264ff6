import type { KdError } from '../errors.ts';

/** What values take, about, in a JavaScript engine with 8-byte pointers. */
export const pickleValueBytes = {
  number: 16,
  text: 24,
  /** Of bytes of the file, without them. */
  view: 200,
  list: 48,
  dict: 48,
  tuple: 48,
  /** Of a tuple, whose length is known. */
  item: 8,
  /** Of what grows: a list, a dict, the memo. */
  slot: 12,
} as const;

/** What small files may need whatever their size. */
const FLOOR_BYTES = 8 * 2 ** 20;

/**
 * Counts what a pickle builds. One byte of a pickle can ask for an object of fifty, and a hostile one for nothing else;
 * no file may build much more than itself.
 */
export class MemoryBound {
  private left: number;
  private readonly damaged: (reason: string) => KdError;

  /** `damaged` makes the error of a file that builds more. */
  constructor(fileBytes: number, damaged: (reason: string) => KdError) {
    this.left = FLOOR_BYTES + 3 * fileBytes;
    this.damaged = damaged;
  }

  charge(bytes: number): void {
    this.left -= bytes;
    if (this.left < 0) throw this.damaged('it builds more objects than a file of its size can need.');
  }
}
