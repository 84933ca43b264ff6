import { prngKey } from 'kd-core';
import { describe, expect, it } from 'vitest';
import { decoded, levelsApart, readTransformFixtures } from '../testing/transform-fixtures.ts';
import { centerCrop } from './center-crop.ts';
import { gaussianBlur } from './gaussian-blur.ts';
import { grayscale } from './grayscale.ts';
import * as colors from './operations/adjust-colors.ts';
import { adjustHue } from './operations/adjust-hue.ts';
import { affineMatrix, rotationMatrix } from './operations/affine-matrix.ts';
import * as bytes from './operations/byte-operations.ts';
import { type Interpolation, warp } from './operations/warp.ts';
import { cifar10Policy } from './policies/cifar10-policy.ts';
import { magnitudeOf, narrowSpace, wideSpace } from './policies/magnitudes.ts';
import { applyOperation, type PolicyOperation } from './policies/operation.ts';
import { resize } from './resize.ts';
import type { Image } from './transform.ts';

const fixtures = readTransformFixtures();
const key = prngKey(0);

type Pair = readonly [number, number];

/** Each operation by its name in the fixtures. */
const operations: Readonly<Record<string, (image: Image, ...given: readonly never[]) => Image>> = {
  ...colors,
  ...bytes,
  adjustHue,
  grayscale: (image) => grayscale()(image, key),
  gaussianBlur: (image, kernelSize: number, sigma: number) =>
    gaussianBlur({ kernelSize, sigma: [sigma, sigma] })(image, key),
  resize: (image, height: number, width: number) => resize({ size: [height, width] })(image, key),
  centerCrop: (image, height: number, width: number) => centerCrop({ size: [height, width] })(image, key),
  rotate: (image, degrees: number, interpolation: Interpolation) =>
    warp(image, rotationMatrix(degrees, image.shape), { interpolation, fill: 0 }),
  affine: (image, angle: number, translation: Pair, scale: number, shear: Pair, kind: Interpolation) =>
    warp(image, affineMatrix({ angle, translation, scale, shear }, image.shape), {
      interpolation: kind,
      fill: 0,
    }),
};

const exact = /^(identity|posterize|solarize|autocontrast|equalize|invert|centerCrop|shear|translate)/;

/**
 * How many levels results may differ. Pillow rounds grey (by half a level) and cuts off the fraction of what it mixes (by less than one),
 * and the fixtures are rounded; nothing is rounded where pixels are looked up or moved.
 */
const tolerance = (operation: string, moved: boolean): number =>
  exact.test(operation) || moved ? 1e-4 : 1.5;

describe('operations give what Pillow and torchvision give', () => {
  const names = [...new Set(fixtures.operations.map(({ operation }) => operation))];
  it.each(names)('%s', (name) => {
    for (const fixture of fixtures.operations.filter(({ operation }) => operation === name)) {
      const image = decoded(fixtures.images[fixture.image]!);
      const before = image.data.slice();
      const found = operations[name]!(image, ...fixture.arguments);
      const moved = fixture.arguments.includes('nearest' as never);
      expect(
        levelsApart(found, decoded(fixture)),
        `${fixture.image} ${JSON.stringify(fixture.arguments)}`,
      ).toBeLessThan(tolerance(name, moved));
      expect(image.data).toEqual(before);
    }
  });
});

describe('policies', () => {
  it.each(['narrow', 'wide', 'autoAugment'] as const)('do what torchvision does in the space %s', (space) => {
    for (const fixture of fixtures.policies.filter((each) => each.space === space)) {
      const image = decoded(fixtures.images[fixture.image]!);
      const operation = fixture.operation as PolicyOperation;
      const ranges = space === 'wide' ? wideSpace : narrowSpace;
      const magnitude = magnitudeOf(operation, fixture, fixture.sign, ranges, image.shape);
      expect(magnitude).toBeCloseTo(fixture.magnitude, 4);
      const found = applyOperation(image, operation, magnitude, { interpolation: 'nearest', fill: 0 });
      const what = `${fixture.image} ${operation} ${magnitude}`;
      expect(levelsApart(found, decoded(fixture)), what).toBeLessThan(
        tolerance(operation, operation === 'rotate'),
      );
    }
  });

  it('have the published sub-policies', () => {
    const published = fixtures.cifar10Policy.map((steps) =>
      steps.map(([operation, probability, magnitude]) => [operation, probability, magnitude ?? 0]),
    );
    expect(cifar10Policy).toEqual(published);
  });
});
