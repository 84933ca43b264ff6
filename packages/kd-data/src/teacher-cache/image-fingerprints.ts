import type { HostTensor } from 'kd-core';

/** Two 32-bit numbers an image. */
export const FINGERPRINT_WORDS = 2;

const SEEDS = [0x811c9dc5, 0x9e3779b9] as const;
/** Odd and without a short pattern, so that a product spreads every bit upwards. */
const FACTORS = [0x01000193, 0x85ebca6b] as const;

/**
 * 64 bits for each image of a batch, int32 [batch, 2], that change with any bit of any pixel: whether an image is the one
 * that was seen before. Two multiplicative hashes over the bits of all pixels; they tell data and settings apart, not
 * somebody who tries to make them collide.
 */
export function imageFingerprints({ data, shape }: HostTensor): Int32Array {
  const count = shape[0]!;
  const size = data.length / count;
  const words = new Int32Array(data.buffer, data.byteOffset, data.length);
  const fingerprints = new Int32Array(count * FINGERPRINT_WORDS);
  for (let image = 0; image < count; image++) {
    let first: number = SEEDS[0];
    let second: number = SEEDS[1];
    for (let place = image * size; place < (image + 1) * size; place++) {
      const word = words[place]!;
      first = Math.imul(first ^ word, FACTORS[0]);
      first ^= first >>> 15;
      second = Math.imul((second ^ word) + 0x27d4eb2f, FACTORS[1]);
      second ^= second >>> 13;
    }
    fingerprints[image * FINGERPRINT_WORDS] = first;
    fingerprints[image * FINGERPRINT_WORDS + 1] = second;
  }
  return fingerprints;
}
