import { pickleFailure } from './pickle-values.ts';

/** What values take, about, in a JavaScript engine with 8-byte pointers. */
export const valueBytes = {
  number: 16,
  text: 24,
  list: 48,
  dict: 48,
  tuple: 48,
  tensor: 224,
  /** With its place in the table, and the views through which its key is read. */
  storage: 224,
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

  constructor(fileBytes: number) {
    this.left = FLOOR_BYTES + 3 * fileBytes;
  }

  charge(bytes: number): void {
    this.left -= bytes;
    if (this.left < 0) throw pickleFailure('it builds more objects than a file of its size can need.');
  }
}
