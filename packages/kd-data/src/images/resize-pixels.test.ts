import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Pixels } from './pixels.ts';
import { pixelResizer, type ResizePixelsOptions } from './resize-pixels.ts';

interface ResizeCase {
  readonly options: ResizePixelsOptions;
  readonly shape: readonly [number, number];
  /** Base64 of the bytes that Pillow gives. */
  readonly pixels: string;
}

const fixtures = new URL('../testing/fixtures/resize.json', import.meta.url);
const cases: readonly ResizeCase[] = JSON.parse(readFileSync(fixtures, 'utf8'));

/** The image of `bench/data/make-resize-fixtures.py`. */
const pattern: Pixels = {
  height: 13,
  width: 17,
  channels: 3,
  data: Uint8Array.from({ length: 13 * 17 * 3 }, (_, index) => {
    const [y, x, channel] = [Math.floor(index / 51), Math.floor(index / 3) % 17, index % 3];
    return x * 37 + y * 91 + channel * 53 + x * y * 7;
  }),
};

const solid = (height: number, width: number, level: number): Pixels => ({
  height,
  width,
  channels: 1,
  data: new Uint8Array(height * width).fill(level),
});

describe('pixelResizer', () => {
  it.each(cases.map((each): [string, ResizeCase] => [JSON.stringify(each.options), each]))(
    "gives Pillow's pixels, bit for bit, with %s",
    (_, { options, shape, pixels }) => {
      expect(pixelResizer(options)(pattern)).toEqual({
        height: shape[0],
        width: shape[1],
        channels: 3,
        data: new Uint8Array(Buffer.from(pixels, 'base64')),
      });
    },
  );

  it('gives any image of one level that level, in the size that is asked for', () => {
    const side = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(
        fc.tuple(side, side, side, side, fc.nat({ max: 255 })),
        fc.constantFrom('cover', 'stretch'),
        fc.constantFrom('bilinear', 'bicubic'),
        ([height, width, newHeight, newWidth, level], fit, filter) => {
          const resized = pixelResizer({ size: [newHeight, newWidth], fit, filter })(
            solid(height, width, level),
          );
          expect(resized).toEqual(solid(newHeight, newWidth, level));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('leaves an image of the size as it is, and cuts the middle out of a longer one', () => {
    expect(pixelResizer({ size: [13, 17] })(pattern)).toBe(pattern);
    const ramp: Pixels = { height: 1, width: 5, channels: 1, data: Uint8Array.of(1, 2, 3, 4, 5) };
    expect(pixelResizer({ size: 1 })(ramp).data).toEqual(Uint8Array.of(3));
    expect(pixelResizer({ size: [1, 2] })(ramp).data).toEqual(Uint8Array.of(3, 4));
  });

  it.each<[object, RegExp]>([
    [{ size: 0 }, /size must be a whole number of pixels/],
    [{ size: 8, fit: 'contain' }, /fit must be 'cover' or 'stretch', got 'contain'/],
    [{ size: 8, filter: 'nearest' }, /filter must be 'bilinear' or 'bicubic', got 'nearest'/],
    [{ size: [8, 9], shorterSide: 8 }, /shorterSide must be a whole number of at least 9/],
    [{ size: 8, fit: 'stretch', shorterSide: 9 }, /shorterSide is for fit 'cover'/],
  ])('refuses %j', (options, message) => {
    expect(() => pixelResizer(options as ResizePixelsOptions)).toThrow(message);
  });
});
