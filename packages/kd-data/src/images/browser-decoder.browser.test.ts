import { expect, it } from 'vitest';
import {
  cmykJpeg,
  greyJpeg,
  progressiveJpeg,
  rotatedJpeg,
  subsampledJpeg,
  webpCase,
} from '../testing/jpeg-cases.ts';
import { browserDecoder } from './browser-decoder.ts';
import { decodeImage } from './decode-image.ts';

const decoder = browserDecoder();

it('gives the pixels of the built-in decoder', async () => {
  const files = [subsampledJpeg.file, progressiveJpeg.file, greyJpeg.file, rotatedJpeg];
  for (const file of files) expect(await decoder.decode(file)).toEqual(await decodeImage(file));
  const grey = { channels: 1 } as const;
  expect(await decoder.decode(rotatedJpeg, grey)).toEqual(await decodeImage(rotatedJpeg, grey));
});

it('reads WebP files and CMYK', async () => {
  const { file, shape, pixels } = webpCase;
  expect(await decoder.decode(file)).toEqual({
    height: shape[0],
    width: shape[1],
    channels: 3,
    data: pixels,
  });
  expect(await decoder.decode(cmykJpeg)).toMatchObject({ width: 11, height: 9, channels: 3 });
});

it('refuses files without an end as the built-in decoder does, and other files by their name', async () => {
  const what = "Image 'x'";
  for (const cut of [40, -9, -2]) {
    const file = subsampledJpeg.file.subarray(0, cut);
    const error: unknown = await decodeImage(file, { what }).catch((reason: unknown) => reason);
    await expect(decoder.decode(file, { what })).rejects.toEqual(error);
  }
  await expect(decoder.decode(webpCase.file.subarray(0, 20), { what })).rejects.toThrow(/'x' is damaged/);
  await expect(decoder.decode(new Uint8Array(9), { what })).rejects.toThrow(/begins with 00 00 00 00/);
});
