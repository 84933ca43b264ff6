/** A whole number from 0 to below - 1. */
export type Random = (below: number) => number;

/** The numbers of a seed other than 0: Marsaglia's xorshift (2003). */
export function generator(seed: number): Random {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
