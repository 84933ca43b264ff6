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
    const { data, shape } = image;
    const [height, width, channels] = shape;
    const rowLength = width * channels;
    const flipped = new Float32Array(data.length);
    for (let row = 0; row < height; row++) {
      // Channel by channel: a loop over the few channels of each pixel would take four times as long.
      for (let channel = 0; channel < channels; channel++) {
        let target = (row + 1) * rowLength - channels + channel;
        const end = (row + 1) * rowLength;
        for (let source = row * rowLength + channel; source < end; source += channels) {
          flipped[target] = data[source]!;
          target -= channels;
        }
      }
    }
    return { data: flipped, shape };
  });
}
