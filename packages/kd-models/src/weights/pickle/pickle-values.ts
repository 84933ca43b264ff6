import { KdError } from 'kd-core';
import type { MemoryBound } from './memory-bound.ts';

/**
 * What a pickle can hold here: null, booleans, numbers, large integers, strings, arrays (lists, tuples and sets), and the
 * classes of this folder. Never plain objects: a key such as `__proto__` is a string in a list.
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

  /** The entries under text, the last of those with equal keys, in the order of the first. */
  textEntries(): Map<string, PickleValue> {
    const entries = new Map<string, PickleValue>();
    this.keys?.forEach((key, index) => {
      if (typeof key === 'string') entries.set(key, this.values![index]);
    });
    return entries;
  }
}

/** A class or function that a pickle names. Only those of a list get as far as being one of these. */
export interface PickleGlobal {
  readonly name: string;
  /** What it makes of arguments, charging what it copies; undefined for what is only mentioned. */
  readonly call?: (args: readonly PickleValue[], bound: MemoryBound) => PickleValue;
}

export function pickleFailure(message: string): KdError {
  return new KdError('PARSE', `Not a valid PyTorch file: ${message.slice(0, 500)} Fetch or save it again.`);
}

/** The kind of a value for messages; never its content, which may be endless. */
export function kindOf(value: PickleValue): string {
  if (value === null) return 'None';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof PickleDict) return 'a dict';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
