import type { Transform } from './transform.ts';
import { withProbability } from './with-probability.ts';

/** Mirrors the image top to bottom with the given probability, 0.5 by default. */
export function randomVerticalFlip({ probability = 0.5 }: { readonly probability?: number } = {}): Transform {
  return withProbability('randomVerticalFlip', { probability }, ({ data, shape }) => {
    const [height, width, channels] = shape;
    const rowLength = width * channels;
    const flipped = new Float32Array(data.length);
    for (let row = 0; row < height; row++) {
      flipped.set(data.subarray(row * rowLength, (row + 1) * rowLength), (height - 1 - row) * rowLength);
    }
    return { data: flipped, shape };
  });
}
