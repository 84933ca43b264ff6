import { expect, it } from 'vitest';
import { greyJpeg, subsampledJpeg } from '../testing/jpeg-cases.ts';
import { decodeImage } from './decode-image.ts';

it('gives in a browser the pixels that it gives in Node', async () => {
  for (const { file, pixels } of [subsampledJpeg, greyJpeg]) {
    expect((await decodeImage(file)).data).toEqual(pixels);
  }
  await expect(decodeImage(subsampledJpeg.file.subarray(0, -9))).rejects.toThrow(/Premature end/);
});
