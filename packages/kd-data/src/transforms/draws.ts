import { type PrngKey, randomBits } from 'kd-core';

/** `count` numbers, each uniform in [0, 1). A longer draw from the same key begins with the same numbers. */
export function drawFractions(key: PrngKey, count: number): Float64Array {
  const words = randomBits(key, count);
  const fractions = new Float64Array(count);
  for (let draw = 0; draw < count; draw++) fractions[draw] = words[draw]! / 2 ** 32;
  return fractions;
}

/** Whether something of a probability in 0..1 happens. */
export function happens(key: PrngKey, probability: number): boolean {
  return randomBits(key, 1)[0]! < probability * 2 ** 32;
}

/** The number that lies in a range where `fraction` lies in [0, 1]. */
export function between([least, most]: readonly [number, number], fraction: number): number {
  return least + (most - least) * fraction;
}

/** As `between`, with the logarithms of the numbers uniform: a ratio is as likely as its inverse. */
export function betweenRatios([least, most]: readonly [number, number], fraction: number): number {
  return Math.exp(between([Math.log(least), Math.log(most)], fraction));
}
