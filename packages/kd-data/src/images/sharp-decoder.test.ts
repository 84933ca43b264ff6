import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { cmykJpeg, greyJpeg, progressiveJpeg, subsampledJpeg } from '../testing/jpeg-cases.ts';
import { makePng, solidPng } from '../testing/make-png.ts';
import { decodeImage } from './decode-image.ts';
import type { ImageDecoder } from './image-decoder.ts';
import { sharpDecoder } from './sharp-decoder.ts';

const decoder: ImageDecoder = await sharpDecoder();

const png = (depth: number, colorType: number, rows: readonly (readonly number[])[], palette?: number[]) =>
  makePng({ width: 3, height: rows.length, depth, colorType, rows, ...(palette && { palette }) });

/** A photo-like image, large enough for several blocks and strips. */
async function photo(encode: (image: Sharp) => Sharp, channels: 1 | 3 = 3): Promise<Uint8Array> {
  const [width, height] = [77, 53];
  const data = Uint8Array.from({ length: width * height * channels }, (_, index) => {
    const [pixel, channel] = [Math.floor(index / channels), index % channels];
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    return 127 + 80 * Math.sin(x / (5 + channel)) * Math.cos(y / 7) + ((x * 31 + y * 17) % 40);
  });
  return new Uint8Array(await encode(sharp(data, { raw: { width, height, channels } })).toBuffer());
}

const rotated = (image: Sharp) => image.jpeg().withMetadata({ orientation: 6 });
const profiled = (image: Sharp) => image.withIccProfile('p3').jpeg();
const stray = Uint8Array.from([
  ...subsampledJpeg.file.subarray(0, -2),
  ...[1, 2, 3],
  ...subsampledJpeg.file.subarray(-2),
]);

const webp = await photo((image) => image.webp());
const rgba = [1, 2, 3, 0, 4, 5, 6, 128, 7, 8, 9, 255];

const alike: [string, Uint8Array][] = [
  ...Object.entries({ subsampledJpeg, progressiveJpeg, greyJpeg }).map(
    ([name, { file }]): [string, Uint8Array] => [name, file],
  ),
  ['a JPEG file with stray bytes', stray],
  ['a rotated JPEG file', await photo(rotated)],
  ['a JPEG file with a colour profile', await photo(profiled)],
  ['4:4:4', await photo((image) => image.jpeg({ chromaSubsampling: '4:4:4', quality: 95 }))],
  ['a progressive photo', await photo((image) => image.jpeg({ progressive: true }))],
  ['a grey photo', await photo((image) => image.toColourspace('b-w').jpeg(), 1)],
  ['a PNG photo', await photo((image) => image.png())],
  ['an interlaced PNG file', await photo((image) => image.png({ progressive: true }))],
  ['1 bit', png(1, 0, [[0b10100000], [0b01000000]])],
  ['2 bits', png(2, 0, [[0b00011000], [0b11000000]])],
  ['4 bits', png(4, 0, [[0x0f, 0x10]])],
  ['16 bits', png(16, 0, [[1, 200, 2, 0, 3, 255]])],
  ['16 bits in colours', png(16, 2, [Array.from({ length: 18 }, (_, index) => index * 14)])],
  ['grey and alpha', png(8, 4, [[1, 0, 2, 128, 3, 255]])],
  ['16 bits and alpha', png(16, 4, [[1, 200, 0, 0, 2, 0, 128, 0, 3, 255, 255, 255]])],
  ['RGBA', png(8, 6, [rgba])],
  ['a palette', png(2, 3, [[0b00011000]], [9, 8, 7, 6, 5, 4, 3, 2, 1])],
  ['a palette of grey', png(2, 3, [[0b00011000]], [9, 9, 9, 6, 6, 6, 3, 3, 3])],
];

describe('sharpDecoder', () => {
  it.each(alike)('gives the pixels of the built-in decoder of %s', async (_, file) => {
    expect(await decoder.decode(file)).toEqual(await decodeImage(file));
    for (const channels of [1, 3] as const) {
      expect(await decoder.decode(file, { channels })).toEqual(await decodeImage(file, { channels }));
    }
  });

  it.each<[string, Uint8Array]>([
    ['a JPEG file cut in its pixels', subsampledJpeg.file.subarray(0, -9)],
    ['a JPEG file cut in its head', subsampledJpeg.file.subarray(0, 40)],
    ['a cut PNG file', solidPng([1, 2, 3]).subarray(0, -20)],
    ['a PNG file of other bytes', solidPng([1, 2, 3]).map((byte, at) => (at === 45 ? byte ^ 1 : byte))],
    ['a bomb', withSize(subsampledJpeg.file, 65500, 65500)],
    ['no pixels', withSize(subsampledJpeg.file, 9, 0)],
  ])('refuses %s as the built-in decoder does', async (_, file) => {
    const what = "Image 'x'";
    const error = await decodeImage(file, { what }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: expect.stringMatching(/PARSE|UNSUPPORTED/) });
    const { code, message } = error as { code: string; message: string };
    await expect(decoder.decode(file, { what })).rejects.toMatchObject({ code, message });
  });

  it.each<[string, (image: Sharp) => Sharp]>([
    ['webp', (image) => image.webp({ lossless: true })],
    ['tiff', (image) => image.tiff({ compression: 'lzw' })],
    ['avif', (image) => image.avif({ lossless: true, chromaSubsampling: '4:4:4', effort: 0 })],
  ])('reads %s', async (_, encode) => {
    const { data, ...shape } = await decoder.decode(await photo(encode));
    expect(shape).toEqual({ width: 77, height: 53, channels: 3 });
    const expected = (await decodeImage(await photo((image) => image.png()))).data;
    const worst = data.reduce((most, value, at) => Math.max(most, Math.abs(value - expected[at]!)), 0);
    // AVIF stores luma and chroma, whose rounding is lost even without loss.
    expect(worst).toBeLessThanOrEqual(_ === 'avif' ? 3 : 0);
  });

  it('reads GIF files and CMYK', async () => {
    const gif = await photo((image) => image.gif());
    expect(await decoder.decode(gif)).toMatchObject({ width: 77, height: 53, channels: 3 });
    expect(await decoder.decode(cmykJpeg)).toMatchObject({ width: 11, height: 9, channels: 3 });
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['a cut WebP file', webp.subarray(0, 300), /'x' is damaged/],
    [
      'what sharp reads and no decoder should',
      new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
      /'x' is no JPEG, PNG, WebP, GIF, TIFF or AVIF file: it begins with 3c 73 76 67/,
    ],
  ])('refuses %s', async (_, file, message) => {
    await expect(decoder.decode(file, { what: "Image 'x'" })).rejects.toMatchObject({
      code: 'PARSE',
      message: expect.stringMatching(message),
    });
  });

  it('refuses a bomb of another format before it decodes it', async () => {
    const file = await photo((image) => image.tiff());
    const view = new DataView(file.buffer);
    const directory = view.getUint32(4, true);
    for (let entry = 0; entry < view.getUint16(directory, true); entry++) {
      const at = directory + 2 + 12 * entry;
      // ImageWidth and ImageLength.
      if ([256, 257].includes(view.getUint16(at, true))) view.setUint16(at + 8, 65535, true);
    }
    await expect(decoder.decode(file)).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringMatching(/65535x65535 pixels, above/),
    });
  });
});

function withSize(bytes: Uint8Array, height: number, width: number): Uint8Array {
  const at = bytes.findIndex((byte, index) => byte === 0xff && (bytes[index + 1]! & 0xfe) === 0xc0);
  const changed = bytes.slice();
  changed.set([height >> 8, height & 255, width >> 8, width & 255], at + 5);
  return changed;
}
