import { randomPermutation } from 'kd-core';
import type { SampleOrder } from './sampler.ts';

/** Every sample once, in random order. */
export function shuffled(length: number): SampleOrder {
  return { length, positions: (key) => randomPermutation(key, length) };
}
