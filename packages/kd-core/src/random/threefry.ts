/** Xored with both key words to give the third word of the key schedule. */
const PARITY = 0x1bd11bda;

/**
 * The Threefry-2x32 block function with 20 rounds: a bijection of 64-bit counters for every key, whose
 * outputs pass the usual statistical batteries (Salmon, Moraes, Dror and Shaw, 2011, "Parallel random
 * numbers: as easy as 1, 2, 3"). Integer operations only, so the same words everywhere.
 */
export function threefry2x32(
  key: readonly [number, number],
  counter: readonly [number, number],
): [number, number] {
  const words = new Uint32Array(2);
  fillBlock(key, counter[0], counter[1], words, 0);
  return [words[0]!, words[1]!];
}

/** The blocks of the counters [0, `firstBlock`], [0, `firstBlock` + 1], ..., as many as `words` has room for, two words each. */
export function fillBlocks(key: readonly [number, number], firstBlock: number, words: Uint32Array): void {
  for (let index = 0; index + 1 < words.length; index += 2) {
    fillBlock(key, 0, firstBlock + index / 2, words, index);
  }
}

/** Rounds are written out four by four: an initial network has tens of millions of words drawn. */
function fillBlock(
  key: readonly [number, number],
  high: number,
  low: number,
  words: Uint32Array,
  offset: number,
): void {
  const first = key[0] | 0;
  const second = key[1] | 0;
  const third = first ^ second ^ PARITY;
  let x = (high + first) | 0;
  let y = (low + second) | 0;
  for (let group = 0; group < 5; group++) {
    const even = group % 2 === 0;
    x = (x + y) | 0;
    y = (even ? (y << 13) | (y >>> 19) : (y << 17) | (y >>> 15)) ^ x;
    x = (x + y) | 0;
    y = (even ? (y << 15) | (y >>> 17) : (y << 29) | (y >>> 3)) ^ x;
    x = (x + y) | 0;
    y = (even ? (y << 26) | (y >>> 6) : (y << 16) | (y >>> 16)) ^ x;
    x = (x + y) | 0;
    y = (even ? (y << 6) | (y >>> 26) : (y << 24) | (y >>> 8)) ^ x;
    // The schedule goes round: after group g, words g + 1 and g + 2.
    const place = group % 3;
    x = (x + (place === 0 ? second : place === 1 ? third : first)) | 0;
    y = (y + (place === 0 ? third : place === 1 ? first : second) + group + 1) | 0;
  }
  words[offset] = x;
  words[offset + 1] = y;
}
