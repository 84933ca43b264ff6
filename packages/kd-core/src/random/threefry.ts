const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;

/** Xored with both key words to give the third word of the key schedule. */
const parity = 0x1bd11bda;

/**
 * The Threefry-2x32 block function with 20 rounds: a bijection of 64-bit counters for every key, whose
 * outputs pass the usual statistical batteries (Salmon, Moraes, Dror and Shaw, 2011, "Parallel random
 * numbers: as easy as 1, 2, 3"). Integer operations only, so the same words everywhere.
 */
export function threefry2x32(
  key: readonly [number, number],
  counter: readonly [number, number],
): [number, number] {
  const schedule = [key[0] | 0, key[1] | 0, key[0] ^ key[1] ^ parity] as const;
  let x = (counter[0] + schedule[0]) | 0;
  let y = (counter[1] + schedule[1]) | 0;
  for (let group = 0; group < 5; group++) {
    const first = (group % 2) * 4;
    for (let round = first; round < first + 4; round++) {
      const rotation = rotations[round]!;
      x = (x + y) | 0;
      y = ((y << rotation) | (y >>> (32 - rotation))) ^ x;
    }
    x = (x + schedule[(group + 1) % 3]!) | 0;
    y = (y + schedule[(group + 2) % 3]! + group + 1) | 0;
  }
  return [x >>> 0, y >>> 0];
}
