/** A counter-based PRNG key: two unsigned 32-bit words. Keys are values; using one twice gives the same numbers. */
export type PrngKey = readonly [number, number];
