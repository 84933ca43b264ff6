import { foldIn, type PrngKey, prngKey, randomPermutation, splitKey } from 'kd-core';
import { describe, expect, it } from 'vitest';
import { colorJitter } from './color-jitter.ts';
import { crop } from './crop.ts';
import { between, betweenRatios, drawFractions, happens } from './draws.ts';
import { gaussianBlur } from './gaussian-blur.ts';
import { adjustBrightness, adjustContrast, adjustSaturation } from './operations/adjust-colors.ts';
import { adjustHue } from './operations/adjust-hue.ts';
import { autoAugment } from './policies/auto-augment.ts';
import { cifar10Policy } from './policies/cifar10-policy.ts';
import { randAugment } from './policies/rand-augment.ts';
import { trivialAugment } from './policies/trivial-augment.ts';
import { posterize } from './posterize.ts';
import { randomAffine } from './random-affine.ts';
import { randomCrop } from './random-crop.ts';
import { randomErasing } from './random-erasing.ts';
import { drawRectangle } from './random-rectangle.ts';
import { randomResizedCrop } from './random-resized-crop.ts';
import { randomRotation } from './random-rotation.ts';
import { randomVerticalFlip } from './random-vertical-flip.ts';
import { resize } from './resize.ts';
import { sharpness } from './sharpness.ts';
import { solarize } from './solarize.ts';
import type { Image, Transform } from './transform.ts';

const key = prngKey(23);
const keys = (count: number) => Array.from({ length: count }, (_, draw) => foldIn(key, draw));

/** A slope in each channel, of whole levels. */
function slopes(height: number, width: number, channels: number): Image {
  const data = Float32Array.from({ length: height * width * channels }, (_, index) => {
    const pixel = Math.floor(index / channels);
    return (30 + ((pixel * 7 + Math.floor(pixel / width) * 5 + (index % channels) * 60) % 190)) / 255;
  });
  return { data, shape: [height, width, channels] };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Within five standard deviations of a share of `count` draws. */
function expectShare(found: number, count: number, share: number): void {
  expect(Math.abs(found / count - share)).toBeLessThan(5 * Math.sqrt((share * (1 - share)) / count));
}

describe('drawRectangle', () => {
  const shape = [100, 80, 3] as const;
  const most = { height: 100, width: 80 };

  it('has areas, proportions and places as it was told', () => {
    const options = { scale: [0.1, 0.3], ratio: [0.5, 2], most } as const;
    const found = keys(1500).map((each) => drawRectangle(shape, options, each)!);
    const areas = found.map(({ height, width }) => (height * width) / 8000);
    const ratios = found.map(({ height, width }) => Math.log(width / height));
    // Sides are rounded to pixels.
    expect(Math.min(...areas)).toBeGreaterThan(0.095);
    expect(Math.max(...areas)).toBeLessThan(0.31);
    expect(Math.abs(mean(areas) - 0.2)).toBeLessThan(5 * Math.sqrt(0.04 / 12 / 1500) + 0.002);
    expect(Math.abs(mean(ratios))).toBeLessThan(5 * Math.sqrt(Math.log(4) ** 2 / 12 / 1500));
    const places = found.map(({ top, height }) => top / (100 - height));
    expect(Math.abs(mean(places) - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / 1500));
    expect(Math.min(...places)).toBe(0);
    expect(Math.max(...places)).toBe(1);
  });

  it('is none where nothing fits', () => {
    const options = { scale: [1, 1], ratio: [3, 3], most } as const;
    expect(drawRectangle(shape, options, key)).toBeUndefined();
  });
});

describe('randomResizedCrop', () => {
  const image = slopes(12, 30, 3);

  it('takes the middle where nothing fits', () => {
    const square = randomResizedCrop({ size: 6, scale: [1, 1], ratio: [1, 1] })(image, key);
    const middle = crop(image, { top: 0, left: 9, height: 12, width: 12 });
    expect(square).toEqual(resize({ size: 6 })(middle, key));
    const wide = randomResizedCrop({ size: 6, scale: [1, 1], ratio: [6, 6] })(image, key);
    const band = crop(image, { top: 3, left: 0, height: 5, width: 30 });
    expect(wide).toEqual(resize({ size: 6 })(band, key));
  });

  it('is the image where it takes all of it', () => {
    const whole = randomResizedCrop({ size: [12, 30], scale: [1, 1], ratio: [2.5, 2.5] });
    expect(whole(image, key)).toEqual(image);
  });
});

describe('randomErasing', () => {
  const image = slopes(20, 20, 3);
  const erased = (transform: Transform, given: Image, each: typeof key): number[] =>
    [...transform(given, each).data].flatMap((value, index) => (value === given.data[index] ? [] : [index]));

  it('happens with its probability, to a part of the image that does not depend on what is on it', () => {
    const transform = randomErasing({ probability: 0.4, scale: [0.1, 0.2], fill: 0 });
    const white: Image = { data: new Float32Array(1200).fill(1), shape: image.shape };
    let count = 0;
    for (const each of keys(400)) {
      const places = erased(transform, image, each);
      expect(places).toEqual(erased(transform, white, each));
      if (places.length === 0) continue;
      count += 1;
      expect(places.length / 1200).toBeGreaterThan(0.08);
      expect(places.length / 1200).toBeLessThan(0.23);
    }
    expectShare(count, 400, 0.4);
  });

  it('fills with numbers of each pixel and channel, uniform in 0..1', () => {
    const black: Image = { data: new Float32Array(1200), shape: image.shape };
    const transform = randomErasing({ probability: 1, scale: [0.3, 0.33], ratio: [1, 1] });
    const values = keys(20).flatMap((each) =>
      [...transform(black, each).data].filter((value) => value !== 0),
    );
    expect(values.length).toBeGreaterThan(20 * 300);
    expect(new Set(values).size).toBeGreaterThan(0.99 * values.length);
    expect(Math.abs(mean(values) - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / values.length));
  });
});

describe('policies', () => {
  // Large enough to be equalised.
  const image = slopes(20, 20, 3);
  const resultsOf = (transform: Transform, count: number): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const each of keys(count)) {
      const found = transform(image, each).data.join();
      counts.set(found, (counts.get(found) ?? 0) + 1);
    }
    return counts;
  };

  it('RandAugment draws all operations in both directions', () => {
    const counts = resultsOf(randAugment({ operations: 1, magnitude: 30 }), 1400);
    // Nine operations of 14 have two directions.
    expect(counts.size).toBe(14 + 9);
    expectShare(counts.get(image.data.join())!, 1400, 1 / 14);
    expect([...counts.values()].filter((count) => count > 70)).toHaveLength(5);
  });

  it('RandAugment applies its operations one after the other', () => {
    const once = resultsOf(randAugment({ operations: 1, magnitude: 10 }), 600).size;
    expect(resultsOf(randAugment({ operations: 2, magnitude: 10 }), 600).size).toBeGreaterThan(5 * once);
  });

  it('TrivialAugment draws a magnitude for each image', () => {
    const counts = resultsOf(trivialAugment(), 1400);
    expect(counts.size).toBeGreaterThan(150);
  });

  it('AutoAugment leaves an image as it is as often as its probabilities say', () => {
    // Gone are the steps that do nothing to this image: none of the kinds in the policy does, but for a sharpness or a
    // saturation of magnitude 0.
    const untouched = mean(
      cifar10Policy.map((steps) =>
        steps.reduce(
          (product, [operation, probability, magnitude]) =>
            operation === 'color' && magnitude === 0 ? product : product * (1 - probability),
          1,
        ),
      ),
    );
    expectShare(resultsOf(autoAugment(), 1500).get(image.data.join())!, 1500, untouched);
  });
});

describe('neutral settings', () => {
  it.each<[string, Transform]>([
    ['rotation', randomRotation({ degrees: 0, interpolation: 'bilinear' })],
    ['affine', randomAffine()],
    ['colour jitter', colorJitter()],
    ['sharpness', sharpness({ factor: 1 })],
    ['posterize', posterize({ bits: 8 })],
    ['solarize', solarize({ threshold: 256 })],
    ['blur', gaussianBlur({ kernelSize: 5, sigma: [0.01, 0.02] })],
    ['resize', resize({ size: [7, 6] })],
    ['crop', randomCrop({ padding: 0, paddingMode: 'reflect' })],
    ['erasing', randomErasing({ probability: 0 })],
  ])('leave an image as it is: %s', (_, transform) => {
    const image = slopes(7, 6, 3);
    const { data } = transform(image, key);
    for (const [index, value] of data.entries()) expect(value).toBeCloseTo(image.data[index]!, 6);
  });
});

describe('other transforms', () => {
  it('mirrors top to bottom with its probability', () => {
    const image = slopes(3, 2, 1);
    const flipped = keys(500).filter((each) => randomVerticalFlip()(image, each) !== image);
    expectShare(flipped.length, 500, 0.5);
    expect([...randomVerticalFlip({ probability: 1 })(image, key).data]).toEqual(
      [4, 5, 2, 3, 0, 1].map((index) => image.data[index]!),
    );
  });

  it('reflects around the border, which it does not repeat, and refuses images that are too small', () => {
    const image: Image = { data: Float32Array.of(1, 2, 3, 4), shape: [1, 4, 1] };
    const seen = new Set(
      keys(200).map((each) => {
        const tall: Image = {
          data: Float32Array.from([...image.data, ...image.data, ...image.data]),
          shape: [3, 4, 1],
        };
        return randomCrop({ padding: 2, paddingMode: 'reflect' })(tall, each).data.slice(0, 4).join();
      }),
    );
    expect([...seen].toSorted()).toEqual(['1,2,3,4', '2,1,2,3', '2,3,4,3', '3,2,1,2', '3,4,3,2']);
    expect(() => randomCrop({ padding: 1, paddingMode: 'reflect' })(image, key)).toThrow(
      /with 1 reflected pixels needs an image of at least 2x2 pixels/,
    );
  });

  it('jitters by factors of the range', () => {
    const grey: Image = { data: Float32Array.of(0.4, 0.4, 0.4), shape: [1, 1, 3] };
    const values = keys(600).map((each) => colorJitter({ brightness: 0.5 })(grey, each).data[0]!);
    expect(Math.min(...values)).toBeGreaterThan(0.2 - 1e-6);
    expect(Math.max(...values)).toBeLessThan(0.6 + 1e-6);
    expect(Math.abs(mean(values) - 0.4)).toBeLessThan(5 * Math.sqrt(0.16 / 12 / 600));
  });

  it('jitters in a drawn order, each kind by a number of its own', () => {
    const image = slopes(4, 5, 3);
    const strengths = { brightness: 0.8, contrast: 0.9, saturation: 0.7, hue: 0.3 };
    const orders = new Set<string>();
    for (const each of keys(40)) {
      const [orderKey, factorKey] = splitKey(each) as [PrngKey, PrngKey];
      const [brightness, contrast, saturation, hue] = drawFractions(factorKey, 4) as unknown as number[];
      const order = [...randomPermutation(orderKey, 4)];
      orders.add(order.join());
      const kinds = [
        (given: Image) => adjustBrightness(given, 0.2 + 1.6 * brightness!),
        (given: Image) => adjustContrast(given, 0.1 + 1.8 * contrast!),
        (given: Image) => adjustSaturation(given, 0.3 + 1.4 * saturation!),
        (given: Image) => adjustHue(given, -0.3 + 0.6 * hue!),
      ];
      const expected = order.reduce((given, kind) => kinds[kind]!(given), image);
      const found = colorJitter(strengths)(image, each);
      for (const [index, value] of found.data.entries()) expect(value).toBeCloseTo(expected.data[index]!, 5);
    }
    expect(orders.size).toBeGreaterThan(15);
  });

  it('blurs to the mean of what is around, and keeps an even image', () => {
    const even: Image = { data: new Float32Array(75).fill(0.3), shape: [5, 5, 3] };
    for (const value of gaussianBlur({ kernelSize: 5 })(even, key).data) expect(value).toBeCloseTo(0.3, 6);
    expect(() => gaussianBlur({ kernelSize: 11 })(even, key)).toThrow(/at least 6x6 pixels/);
  });

  it('draws fractions, ratios and decisions alike', () => {
    expect(drawFractions(key, 5).slice(0, 2)).toEqual(drawFractions(key, 2));
    expect(between([2, 4], 0.25)).toBe(2.5);
    expect(betweenRatios([0.25, 4], 0.5)).toBeCloseTo(1, 12);
    expectShare(keys(1000).filter((each) => happens(each, 0.3)).length, 1000, 0.3);
  });
});
