import { type PrngKey, splitKey } from 'kd-core';
import { drawFractions, happens } from './draws.ts';
import { drawRectangle } from './random-rectangle.ts';
import { requireProbability, requireRange } from './require-options.ts';
import { describedTransform, type Transform } from './transform.ts';

export interface RandomErasingOptions {
  /** Default 0.5. */
  readonly probability?: number;
  /** Share of the area of the image that is erased, default [0.02, 0.33]. */
  readonly scale?: readonly [number, number];
  /** Height over width of what is erased, drawn by its logarithm, default [0.3, 3.3]. */
  readonly ratio?: readonly [number, number];
  /** Value of all erased pixels, 0..1, or 'random' (default): each channel of each pixel its own. */
  readonly fill?: number | 'random';
}

/**
 * Erases a rectangle of random area, proportions and place (Z. Zhong et al. 2017, arXiv 1708.04896; the values, as in the paper,
 * are random by default, while torchvision's `RandomErasing`, from which the other defaults and the draws are, erases to 0).
 * When ten draws do not fit the image stays as it is. `fill` is meant for pixels of 0..1, thus before `normalize`; 0 is the mean colour after it.
 */
export function randomErasing({
  probability = 0.5,
  scale = [0.02, 0.33],
  ratio = [0.3, 3.3],
  fill = 'random',
}: RandomErasingOptions = {}): Transform {
  requireProbability('probability', probability);
  requireRange('scale', scale, { minimum: Number.MIN_VALUE, maximum: 1 });
  requireRange('ratio', ratio, { minimum: Number.MIN_VALUE });
  if (fill !== 'random') requireProbability("fill, unless it is 'random',", fill);
  const options = { probability, scale, ratio, fill };
  return describedTransform({ name: 'randomErasing', options }, (image, key) => {
    const [whether, where, noise] = splitKey(key, 3) as [PrngKey, PrngKey, PrngKey];
    if (!happens(whether, probability)) return image;
    const [height, width, channels] = image.shape;
    const most = { height: height - 1, width: width - 1 };
    const part = drawRectangle(image.shape, { scale, ratio: [1 / ratio[1], 1 / ratio[0]], most }, where);
    if (part === undefined) return image;
    const rowLength = part.width * channels;
    const values = fill === 'random' ? drawFractions(noise, part.height * rowLength) : undefined;
    const data = image.data.slice();
    for (let row = 0; row < part.height; row++) {
      const start = ((part.top + row) * width + part.left) * channels;
      if (values === undefined) data.fill(fill as number, start, start + rowLength);
      else for (let i = 0; i < rowLength; i++) data[start + i] = values[row * rowLength + i]!;
    }
    return { data, shape: image.shape };
  });
}
