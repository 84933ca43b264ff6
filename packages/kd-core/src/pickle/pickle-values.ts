import type { MemoryBound } from './memory-bound.ts';

/**
 * What a pickle can hold here: null, booleans, numbers, large integers, strings, bytes, arrays (lists, tuples and sets), the classes
 * of this folder, and what a format makes. Never plain objects: a key such as `__proto__` is a string in a list.
 */
export type PickleValue = unknown;

/** A Python dict: keys and values as they came. Most are empty (the hooks of each tensor), so nothing is allocated for them. */
export class PickleDict {
  private keys: PickleValue[] | undefined;
  private values: PickleValue[] | undefined;

  set(key: PickleValue, value: PickleValue): void {
    this.keys ??= [];
    this.values ??= [];
    this.keys.push(key);
    this.values.push(value);
  }

  /** Keys and values in the order in which they came, equal keys among them. */
  *entries(): Generator<[key: PickleValue, value: PickleValue]> {
    for (const [index, key] of (this.keys ?? []).entries()) yield [key, this.values![index]];
  }

  /** The entries under text, the last of those with equal keys, in the order of the first. */
  textEntries(): Map<string, PickleValue> {
    const entries = new Map<string, PickleValue>();
    for (const [key, value] of this.entries()) if (typeof key === 'string') entries.set(key, value);
    return entries;
  }
}

/** A class or function that a pickle names. Only those of a list get as far as being one of these. */
export interface PickleGlobal {
  readonly name: string;
  /** What it makes of arguments, charging what it copies; undefined for what is only mentioned. */
  readonly call?: (args: readonly PickleValue[], bound: MemoryBound) => PickleValue;
}

/** An object that a pickle makes first and gives its content afterwards. */
export abstract class PickleObject {
  /** Takes the content, charging what it copies. Throws for what is none. */
  abstract build(state: PickleValue, bound: MemoryBound): void;
}

/** The kind of a value for messages; never its content, which may be endless. */
export function kindOfPickleValue(value: PickleValue): string {
  if (value === null) return 'None';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof PickleDict) return 'a dict';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
