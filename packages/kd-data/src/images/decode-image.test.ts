import fc from 'fast-check';
import { KdError } from 'kd-core';
import { describe, expect, it, vi } from 'vitest';
import {
  cmykJpeg,
  greyJpeg,
  progressiveJpeg,
  subsampledAsGrey,
  subsampledJpeg,
} from '../testing/jpeg-cases.ts';
import { makePng, pngChunk, solidPng } from '../testing/make-png.ts';
import { decodeImage, readImageHeader } from './decode-image.ts';

const decoded = async (file: Uint8Array, channels?: 1 | 3) => {
  const { height, width, channels: found, data } = await decodeImage(file, channels && { channels });
  return { shape: [height, width, found], pixels: data };
};

async function codeOf(file: Uint8Array): Promise<string> {
  try {
    await decodeImage(file);
    return 'none';
  } catch (error) {
    if (KdError.isInstance(error)) return error.code;
    throw error;
  }
}

/** `bytes` with the frame header's height and width replaced. */
function withSize(bytes: Uint8Array, height: number, width: number): Uint8Array {
  const at = bytes.findIndex((byte, index) => byte === 0xff && (bytes[index + 1]! & 0xfe) === 0xc0);
  const changed = bytes.slice();
  changed.set([height >> 8, height & 255, width >> 8, width & 255], at + 5);
  return changed;
}

describe('decodeImage of JPEG', () => {
  it.each(Object.entries({ subsampledJpeg, progressiveJpeg, greyJpeg }))(
    "gives libjpeg-turbo's pixels of %s, bit for bit",
    async (_, { file, shape, pixels }) => {
      expect(await decoded(file)).toEqual({ shape, pixels });
      const [height, width, channels] = shape;
      expect(readImageHeader(file)).toEqual({ format: 'jpeg', height, width, channels });
    },
  );

  it('gives grey as RGB and RGB as grey, as Pillow does', async () => {
    const [height, width] = greyJpeg.shape;
    const tripled = Uint8Array.from([...greyJpeg.pixels].flatMap((value) => [value, value, value]));
    expect(await decoded(greyJpeg.file, 3)).toEqual({ shape: [height, width, 3], pixels: tripled });
    expect((await decoded(subsampledJpeg.file, 1)).pixels).toEqual(subsampledAsGrey);
  });

  it('leaves nothing behind on globalThis, with any outcome', async () => {
    const before = Reflect.ownKeys(globalThis);
    await decodeImage(subsampledJpeg.file);
    await expect(decodeImage(subsampledJpeg.file.subarray(0, -9))).rejects.toThrow(KdError);
    await decodeImage(greyJpeg.file);
    expect(Reflect.ownKeys(globalThis)).toEqual(before);
    // Nor did the tests before this one.
    expect('ImageData' in globalThis).toBe(false);
  });

  it('leaves the ImageData that a program has of its own', async () => {
    class ImageData {}
    vi.stubGlobal('ImageData', ImageData);
    await decodeImage(greyJpeg.file);
    expect(Reflect.get(globalThis, 'ImageData')).toBe(ImageData);
    vi.unstubAllGlobals();
  });

  it('reads on past stray bytes, which real files have', async () => {
    const { file, pixels } = subsampledJpeg;
    const stray = Uint8Array.from([...file.subarray(0, -2), 1, 2, 3, ...file.subarray(-2)]);
    expect((await decoded(stray)).pixels).toEqual(pixels);
  });

  it.each<[string, Uint8Array, string, RegExp]>([
    ['four channels', cmykJpeg, 'UNSUPPORTED', /4 channels of 8 bits/],
    ['a file cut in its pixels', subsampledJpeg.file.subarray(0, -9), 'PARSE', /Premature end of JPEG file/],
    ['a file without its end', subsampledJpeg.file.subarray(0, -2), 'PARSE', /Premature end of JPEG file/],
    ['a file cut in its head', subsampledJpeg.file.subarray(0, 40), 'PARSE', /without a frame/],
    ['no pixels', withSize(subsampledJpeg.file, 9, 0), 'PARSE', /0x9: no pixels/],
    ['a bomb', withSize(subsampledJpeg.file, 65500, 65500), 'UNSUPPORTED', /65500x65500 pixels, above/],
    ['another format', Uint8Array.from([0x47, 0x49, 0x46, 0x38, 0x39]), 'PARSE', /begins with 47 49 46 38/],
    ['nothing', new Uint8Array(0), 'PARSE', /begins with nothing/],
  ])('refuses %s', async (_, file, code, message) => {
    await expect(decodeImage(file, { what: "Image 'x.jpg'" })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    await expect(decodeImage(file, { what: "Image 'x.jpg'" })).rejects.toThrow("Image 'x.jpg'");
  });

  it('decodes the next image after a damaged one, also when both were asked for at once', async () => {
    const damaged = Uint8Array.from([...subsampledJpeg.file.subarray(0, 60), ...new Uint8Array(40)]);
    // A frame of sane size and then garbage: the decoder itself gives up.
    const garbage = Uint8Array.from([
      ...[0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, 9, 0, 11, 1, 1, 0x11, 0],
      ...[0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 1, 2, 3, 0xff, 0xd9],
    ]);
    const files = [damaged, subsampledJpeg.file, garbage, subsampledJpeg.file, garbage, subsampledJpeg.file];
    const results = await Promise.allSettled(files.map((file) => decoded(file)));
    expect(results.map(({ status }) => status)).toEqual([
      ...['rejected', 'fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
    ]);
    expect((await decoded(subsampledJpeg.file)).pixels).toEqual(subsampledJpeg.pixels);
  });

  it('gives an image of the announced size or a typed error for every change of a file', async () => {
    const { file } = subsampledJpeg;
    const edit = fc.record({ at: fc.nat({ max: file.length - 1 }), value: fc.nat({ max: 255 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 3 }), async (edits) => {
        const mutated = file.slice();
        for (const { at, value } of edits) mutated[at] = value;
        const code = await codeOf(mutated);
        expect(['none', 'PARSE', 'UNSUPPORTED']).toContain(code);
        if (code !== 'none') return;
        const { height, width, channels, data } = await decodeImage(mutated);
        expect(readImageHeader(mutated)).toMatchObject({ height, width, channels });
        expect(data.length).toBe(height * width * channels);
      }),
      { numRuns: 300 },
    );
  });
});

describe('decodeImage of PNG', () => {
  const size = { width: 3, height: 2 };
  it.each<[string, Uint8Array, readonly [number, number, number], readonly number[]]>([
    ['1 bit', png(1, 0, [[0b10100000], [0b01000000]]), [2, 3, 1], [255, 0, 255, 0, 255, 0]],
    ['2 bits', png(2, 0, [[0b00011000], [0b11000000]]), [2, 3, 1], [0, 85, 170, 255, 0, 0]],
    [
      '4 bits',
      png(4, 0, [
        [0x0f, 0x10],
        [0x23, 0x40],
      ]),
      [2, 3, 1],
      [0, 255, 17, 34, 51, 68],
    ],
    [
      '8 bits',
      png(8, 0, [
        [1, 2, 3],
        [4, 5, 255],
      ]),
      [2, 3, 1],
      [1, 2, 3, 4, 5, 255],
    ],
    [
      '16 bits',
      png(16, 0, [
        [1, 200, 2, 0, 3, 0],
        [4, 0, 5, 0, 6, 255],
      ]),
      [2, 3, 1],
      [1, 2, 3, 4, 5, 6],
    ],
    [
      'grey and alpha',
      png(8, 4, [
        [1, 0, 2, 128, 3, 255],
        [4, 0, 5, 0, 6, 0],
      ]),
      [2, 3, 1],
      [1, 2, 3, 4, 5, 6],
    ],
    [
      'RGBA',
      png(8, 6, [
        [1, 2, 3, 0, 4, 5, 6, 128, 7, 8, 9, 255],
        [9, 8, 7, 0, 6, 5, 4, 1, 3, 2, 1, 2],
      ]),
      [2, 3, 3],
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 8, 7, 6, 5, 4, 3, 2, 1],
    ],
    [
      'a palette of 2 bits',
      png(2, 3, [[0b00011000], [0b10010000]], { palette: [9, 8, 7, 6, 5, 4, 3, 2, 1] }),
      [2, 3, 3],
      [9, 8, 7, 6, 5, 4, 3, 2, 1, 3, 2, 1, 6, 5, 4, 9, 8, 7],
    ],
  ])('gives 0..255 from %s', async (_, file, shape, pixels) => {
    expect(await decoded(file)).toEqual({ shape, pixels: Uint8Array.from(pixels) });
    expect(readImageHeader(file)).toEqual({
      format: 'png',
      height: shape[0],
      width: shape[1],
      channels: shape[2],
    });
  });

  function png(
    depth: number,
    colorType: number,
    rows: readonly (readonly number[])[],
    more: object = {},
  ): Uint8Array {
    return makePng({ ...size, depth, colorType, rows, ...more });
  }

  it('gives the pixels of any 8-bit image', async () => {
    const image = fc
      .record({ width: fc.integer({ min: 1, max: 9 }), height: fc.integer({ min: 1, max: 9 }) })
      .chain(({ width, height }) =>
        fc
          .uint8Array({ minLength: width * height * 3, maxLength: width * height * 3 })
          .map((pixels) => ({ width, height, pixels })),
      );
    await fc.assert(
      fc.asyncProperty(image, async ({ width, height, pixels }) => {
        const rows = Array.from({ length: height }, (_, row) => [
          ...pixels.subarray(row * width * 3, (row + 1) * width * 3),
        ]);
        const file = makePng({ width, height, depth: 8, colorType: 2, rows });
        expect(await decoded(file)).toEqual({ shape: [height, width, 3], pixels });
      }),
    );
  });

  const raw = new Uint8Array(2 ** 22);
  const note = (text: string): Uint8Array => new TextEncoder().encode(text);

  it('leaves out chunks that change no pixel, whatever they hold', async () => {
    const extra = [pngChunk('iCCP', note('profile\0\0not compressed at all')), pngChunk('zzZz', raw)];
    const rows = [
      [1, 2, 3],
      [4, 5, 6],
    ];
    expect((await decoded(png(8, 0, rows, { extra }))).pixels).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6));
  });

  it.each<[string, Uint8Array, string, RegExp]>([
    ['a bomb', png(8, 0, [], { raw }), 'PARSE', /bytes hold more than the 8 that its header announces/],
    ['a cut file', solidPng([1, 2, 3]).subarray(0, -20), 'PARSE', /ends in the middle/],
    ['too few rows', png(8, 0, [[1, 2, 3]]), 'PARSE', /damaged/],
    [
      'a colour beyond the palette',
      png(
        8,
        3,
        [
          [0, 1, 2],
          [0, 0, 0],
        ],
        { palette: [1, 2, 3] },
      ),
      'PARSE',
      /palette/,
    ],
    [
      'interlacing of bits',
      png(1, 0, [[0]], { interlace: 1 }),
      'UNSUPPORTED',
      /interlaced PNG file of 1 bits/,
    ],
    ['an unknown colour type', png(8, 5, [[0, 0, 0]]), 'PARSE', /header of a PNG file is not there/],
  ])('refuses %s', async (_, file, code, message) => {
    await expect(decodeImage(file)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('finds every changed byte', async () => {
    const file = solidPng([10, 20, 30]);
    for (let at = 0; at < file.length; at++) {
      const mutated = file.slice();
      mutated[at]! ^= 0x15;
      expect(await codeOf(mutated), `byte ${at}`).toMatch(/PARSE|UNSUPPORTED/);
    }
  });
});
