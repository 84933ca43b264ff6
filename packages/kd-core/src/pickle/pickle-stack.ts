import type { KdError } from '../errors.ts';
import { type MemoryBound, pickleValueBytes } from './memory-bound.ts';
import type { PickleFormat } from './pickle-format.ts';
import { kindOfPickleValue, PickleDict, type PickleValue } from './pickle-values.ts';

/** Python's pickler empties its stack after each thousand items. */
const HIGHEST_STACK = 1 << 18;

/**
 * What a pickle's instructions work on: values, marks between them, and the memo of those that are used again. Nothing below the last
 * mark is taken without the mark, and what is made is charged to `bound`. Throws the format's error of damage.
 */
export class PickleStack {
  readonly #values: PickleValue[] = [];
  readonly #marks: number[] = [];
  readonly #memo: PickleValue[] = [];
  readonly #bound: MemoryBound;
  readonly #format: PickleFormat;

  constructor(bound: MemoryBound, format: PickleFormat) {
    this.#bound = bound;
    this.#format = format;
  }

  mark(): void {
    if (this.#marks.length >= HIGHEST_STACK) throw this.#tooDeep();
    this.#marks.push(this.#values.length);
  }

  push(value: PickleValue): void {
    if (this.#values.length >= HIGHEST_STACK) throw this.#tooDeep();
    this.#values.push(value);
  }

  pushNew(value: PickleValue, size: number): void {
    this.#bound.charge(size);
    this.push(value);
  }

  pushTuple(items: PickleValue[]): void {
    this.pushNew(items, pickleValueBytes.tuple + pickleValueBytes.item * items.length);
  }

  top(): PickleValue {
    if (this.#values.length <= (this.#marks.at(-1) ?? 0)) throw this.#empty();
    return this.#values.at(-1);
  }

  /** Removes what is on top. In Python, that may be a mark. */
  drop(): void {
    if (this.#marks.at(-1) === this.#values.length) this.#marks.pop();
    else this.pop();
  }

  pop(): PickleValue {
    const value = this.top();
    this.#values.pop();
    return value;
  }

  popSeveral(count: number): PickleValue[] {
    if (this.#values.length - (this.#marks.at(-1) ?? 0) < count) throw this.#empty();
    return this.#values.splice(-count);
  }

  popToMark(): PickleValue[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw this.#empty();
    return this.#values.splice(mark);
  }

  appendItems(items: readonly PickleValue[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw this.#format.damaged(`it appends to ${kindOfPickleValue(list)}.`);
    this.#bound.charge(pickleValueBytes.slot * items.length);
    for (const item of items) list.push(item);
  }

  setItems(dict: PickleValue, items: readonly PickleValue[]): void {
    if (!(dict instanceof PickleDict) || items.length % 2 === 1) {
      throw this.#format.damaged(`it sets ${items.length} keys and values of ${kindOfPickleValue(dict)}.`);
    }
    this.#bound.charge(pickleValueBytes.slot * items.length);
    for (let index = 0; index < items.length; index += 2) dict.set(items[index], items[index + 1]);
  }

  memoize(): void {
    this.putMemo(this.#memo.length);
  }

  /** Picklers number the memo without gaps, from 0 or, cPickle of Python 2, from 1; others would only make a sparse list. */
  putMemo(index: number): void {
    const memo = this.#memo;
    if (index > Math.max(memo.length, 1)) throw this.#format.damaged(`its memo has no place ${index} yet.`);
    this.#bound.charge(pickleValueBytes.slot);
    if (index > memo.length) memo.push(undefined);
    memo[index] = this.top();
  }

  getMemo(index: number): void {
    const value = this.#memo[index];
    // None is null: only a place without a value is undefined.
    if (value === undefined) throw this.#format.damaged(`its memo has no value ${index}.`);
    this.push(value);
  }

  #empty(): KdError {
    return this.#format.damaged('its pickle takes more values than it makes.');
  }

  #tooDeep(): KdError {
    return this.#format.damaged(`its pickle holds more than ${HIGHEST_STACK} values at a time.`);
  }
}
