import fc from 'fast-check';
import { foldIn, prngKey } from 'kd-core';
import { describe, expect, it } from 'vitest';
import { arrayDataset } from '../array-dataset.ts';
import { channelStatistics } from './channel-statistics.ts';
import { cutout } from './cutout.ts';
import { normalize } from './normalize.ts';
import { padCropFlip } from './pad-crop-flip.ts';
import { randomCrop } from './random-crop.ts';
import { randomHorizontalFlip } from './random-horizontal-flip.ts';
import type { Image } from './transform.ts';

/** Every value differs and none is 0, so that padding and pixels can be told apart. */
function numbered(height: number, width: number, channels: number): Image {
  const data = Float32Array.from({ length: height * width * channels }, (_, index) => index + 1);
  return { data, shape: [height, width, channels] };
}

/** The straightforward definition: the pixel at a place of the zero-padded image. */
function cropByDefinition({ data, shape }: Image, rowShift: number, columnShift: number): number[] {
  const [height, width, channels] = shape;
  const cropped: number[] = [];
  for (let row = rowShift; row < height + rowShift; row++) {
    for (let column = columnShift; column < width + columnShift; column++) {
      const inside = row >= 0 && row < height && column >= 0 && column < width;
      for (let channel = 0; channel < channels; channel++) {
        cropped.push(inside ? data[(row * width + column) * channels + channel]! : 0);
      }
    }
  }
  return cropped;
}

const sizes = fc.record({
  height: fc.integer({ min: 1, max: 6 }),
  width: fc.integer({ min: 1, max: 6 }),
  channels: fc.integer({ min: 1, max: 3 }),
});

describe('randomCrop', () => {
  it('is always one of the crops of the padded image', () => {
    fc.assert(
      fc.property(sizes, fc.nat({ max: 8 }), fc.nat(), ({ height, width, channels }, padding, seed) => {
        const image = numbered(height, width, channels);
        const found = [...randomCrop({ padding })(image, prngKey(seed)).data];
        const crops = new Set<string>();
        for (let row = -padding; row <= padding; row++) {
          for (let column = -padding; column <= padding; column++) {
            crops.add(cropByDefinition(image, row, column).join());
          }
        }
        expect(crops).toContain(found.join());
      }),
    );
  });

  it('reaches every place about equally often', () => {
    const image = numbered(3, 3, 1);
    const counts = new Map<string, number>();
    for (let draw = 0; draw < 1800; draw++) {
      const crop = randomCrop({ padding: 1 })(image, foldIn(prngKey(5), draw)).data.join();
      counts.set(crop, (counts.get(crop) ?? 0) + 1);
    }
    expect(counts.size).toBe(9);
    // 200 expected for each; six standard deviations of a binomial(1800, 1/9) are 80.
    for (const count of counts.values()) expect(Math.abs(count - 200)).toBeLessThan(80);
  });

  it.each([-1, 0.5, Number.NaN])('refuses a padding of %s', (padding) => {
    expect(() => randomCrop({ padding })).toThrow(/padding must be a whole number/);
  });
});

describe('randomHorizontalFlip', () => {
  it('mirrors rows and keeps channels together', () => {
    const flipped = randomHorizontalFlip({ probability: 1 })(numbered(2, 2, 3), prngKey(0));
    expect([...flipped.data]).toEqual([4, 5, 6, 1, 2, 3, 10, 11, 12, 7, 8, 9]);
  });

  it('happens with its probability', () => {
    const image = numbered(1, 2, 1);
    for (const probability of [0, 0.25, 1]) {
      let flips = 0;
      for (let draw = 0; draw < 2000; draw++) {
        if (randomHorizontalFlip({ probability })(image, foldIn(prngKey(1), draw)).data[0] === 2) flips++;
      }
      // Six standard deviations of the share; exact for 0 and 1.
      const tolerance = 6 * Math.sqrt((probability * (1 - probability)) / 2000);
      expect(Math.abs(flips / 2000 - probability)).toBeLessThanOrEqual(tolerance);
    }
  });

  it.each([-0.1, 1.1, Number.NaN])('refuses a probability of %s', (probability) => {
    expect(() => randomHorizontalFlip({ probability })).toThrow(/probability must be in 0\.\.1/);
  });
});

describe('padCropFlip', () => {
  it('is a crop, mirrored or not, and leaves its input as it is', () => {
    const image = numbered(3, 3, 2);
    const before = image.data.slice();
    const crops = new Map<string, 'plain' | 'mirrored'>();
    for (let row = -1; row <= 1; row++) {
      for (let column = -1; column <= 1; column++) {
        const plain = Float32Array.from(cropByDefinition(image, row, column));
        crops.set(plain.join(), 'plain');
        const mirrored = randomHorizontalFlip({ probability: 1 })(
          { data: plain, shape: [3, 3, 2] },
          prngKey(0),
        );
        crops.set(mirrored.data.join(), 'mirrored');
      }
    }
    const seen = new Set<string>();
    for (let draw = 0; draw < 400; draw++) {
      const key = foldIn(prngKey(2), draw);
      const result = padCropFlip({ padding: 1 })(image, key);
      expect(padCropFlip({ padding: 1 })(image, key)).toEqual(result);
      expect(crops.has(result.data.join())).toBe(true);
      seen.add(result.data.join());
    }
    expect(seen.size).toBe(18);
    expect(image.data).toEqual(before);
  });
});

describe('cutout', () => {
  it('clears one square around a pixel of the image, cut off by its border, and nothing else', () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 8 }), fc.nat(), (shape, size, seed) => {
        const { height, width, channels } = shape;
        const image = numbered(height, width, channels);
        const before = image.data.slice();
        const { data } = cutout({ size })(image, prngKey(seed));
        expect(image.data).toEqual(before);
        const candidates = new Set<string>();
        for (let centre = 0; centre < height * width; centre++) {
          const [row, column] = [Math.floor(centre / width), centre % width];
          const inside = (at: number, middle: number): boolean =>
            at >= middle - Math.floor(size / 2) && at < middle - Math.floor(size / 2) + size;
          const cut = before.map((value, index) => {
            const pixel = Math.floor(index / channels);
            return inside(Math.floor(pixel / width), row) && inside(pixel % width, column) ? 0 : value;
          });
          candidates.add(cut.join());
        }
        expect(candidates).toContain(data.join());
      }),
      { numRuns: 40 },
    );
  });

  it('has its centre anywhere', () => {
    const image = numbered(2, 3, 1);
    const seen = new Set(
      Array.from({ length: 200 }, (_, draw) =>
        cutout({ size: 1 })(image, foldIn(prngKey(3), draw)).data.join(),
      ),
    );
    expect(seen.size).toBe(6);
  });

  it.each([0, 1.5, Number.NaN])('refuses a size of %s', (size) => {
    expect(() => cutout({ size })).toThrow(/size must be a whole number of pixels/);
  });
});

describe('normalize', () => {
  it('shifts and scales each channel', () => {
    const image: Image = { data: Float32Array.of(0.5, 1, 0, 0.25), shape: [1, 2, 2] };
    const result = normalize({ mean: [0.5, 0.25], standardDeviation: [0.5, 0.25] })(image, prngKey(0));
    expect([...result.data]).toEqual([0, 3, -1, 0]);
  });

  it.each([
    [{ mean: [0], standardDeviation: [1, 1] }, /one value for each channel, got 1 and 2/],
    [{ mean: [], standardDeviation: [] }, /one value for each channel/],
    [{ mean: [Number.NaN], standardDeviation: [1] }, /mean must be a list of finite numbers/],
    [{ mean: [0], standardDeviation: [0] }, /standardDeviation must be above 0/],
  ])('refuses %j', (options, message) => {
    expect(() => normalize(options)).toThrow(message);
  });

  it('refuses an image with other channels', () => {
    const transform = normalize({ mean: [0], standardDeviation: [1] });
    expect(() => transform(numbered(2, 2, 3), prngKey(0))).toThrow(/1 channels, but .* \[2, 2, 3\]/);
  });
});

describe('channelStatistics', () => {
  it('agrees with the two-pass formula in float64', () => {
    const length = fc.integer({ min: 1, max: 8 });
    fc.assert(
      fc.property(sizes, length, fc.nat(), ({ height, width, channels }, count, seed) => {
        const size = height * width * channels;
        const pixels = Uint8Array.from({ length: count * size }, (_, index) => (index * 73 + seed) % 256);
        const dataset = arrayDataset({
          name: 'toy',
          pixels,
          labels: new Uint8Array(count),
          inputShape: [height, width, channels],
          classNames: ['only'],
        });
        const { mean, standardDeviation } = channelStatistics(dataset);
        for (let channel = 0; channel < channels; channel++) {
          const values = [...pixels].filter((_, index) => index % channels === channel).map((v) => v / 255);
          const average = values.reduce((a, b) => a + b) / values.length;
          const variance = values.reduce((sum, v) => sum + (v - average) ** 2, 0) / values.length;
          expect(mean[channel]).toBeCloseTo(average, 6);
          expect(standardDeviation[channel]).toBeCloseTo(Math.sqrt(variance), 6);
        }
      }),
    );
  });
});
