import { happens } from './draws.ts';
import { luminance, requireGreyOrColors } from './operations/luminance.ts';
import { requireProbability } from './require-options.ts';
import { describedTransform, type Transform } from './transform.ts';

/**
 * Red, green and blue become the luminance 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), with the given probability, 1 by default. The
 * image keeps its three channels. A grey image stays as it is; other numbers of channels throw `SHAPE_MISMATCH`.
 */
export function grayscale({ probability = 1 }: { readonly probability?: number } = {}): Transform {
  requireProbability('probability', probability);
  return describedTransform({ name: 'grayscale', options: { probability } }, (image, key) => {
    requireGreyOrColors(image.shape);
    if (image.shape[2] === 1 || !happens(key, probability)) return image;
    const grey = luminance(image);
    const data = new Float32Array(image.data.length);
    for (let pixel = 0, at = 0; pixel < grey.length; pixel++, at += 3) {
      data[at] = data[at + 1] = data[at + 2] = grey[pixel]!;
    }
    return { data, shape: image.shape };
  });
}
