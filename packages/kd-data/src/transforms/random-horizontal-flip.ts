import { happens } from './draws.ts';
import { requireProbability } from './require-options.ts';
import { describedTransform, type Transform } from './transform.ts';

/** Mirrors the image left to right with the given probability, 0.5 by default. */
export function randomHorizontalFlip({
  probability = 0.5,
}: {
  readonly probability?: number;
} = {}): Transform {
  requireProbability('probability', probability);
  return describedTransform({ name: 'randomHorizontalFlip', options: { probability } }, (image, key) => {
    if (!happens(key, probability)) return image;
    const [height, width, channels] = image.shape;
    const flipped = new Float32Array(image.data.length);
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const source = (row * width + column) * channels;
        const target = (row * width + width - 1 - column) * channels;
        for (let channel = 0; channel < channels; channel++) {
          flipped[target + channel] = image.data[source + channel]!;
        }
      }
    }
    return { data: flipped, shape: image.shape };
  });
}
