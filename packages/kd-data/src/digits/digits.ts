import { unzlibSync } from 'fflate';
import { arrayDataset } from '../array-dataset.ts';
import { digitClassNames } from '../catalog/entries/digit-class-names.ts';
import { digitsEntry } from '../catalog/entries/digits.ts';
import type { Dataset } from '../dataset.ts';
import { digitsData, digitsLength } from './digits-data.ts';

const pixelsPerImage = 64;
const pixelMaximum = 16;

let decoded: Dataset | undefined;

/**
 * Handwritten digits: 1,797 grey images of 8x8 pixels in 10 classes, contained in this package.
 * Source: UCI Optical Recognition of Handwritten Digits, its test part (E. Alpaydin, C. Kaynak 1998,
 * https://doi.org/10.24432/C50P49), CC BY 4.0. Decoded on the first call.
 */
export function digits(): Dataset {
  decoded ??= arrayDataset({
    name: 'digits',
    ...decode(),
    pixelMaximum,
    inputShape: [8, 8, 1],
    classNames: digitClassNames,
    attribution: digitsEntry.attribution,
  });
  return decoded;
}

/** The layout is described in scripts/pack-digits.mjs. */
function decode(): { pixels: Uint8Array; labels: Uint8Array } {
  const packed = unzlibSync(Uint8Array.from(atob(digitsData), (character) => character.charCodeAt(0)));
  const labels = packed.subarray(0, digitsLength);
  const planes = packed.subarray(digitsLength);
  const byClass = Array.from(labels.keys()).sort((a, b) => labels[a]! - labels[b]!);
  const pixels = new Uint8Array(digitsLength * pixelsPerImage);
  for (const [rank, image] of byClass.entries()) {
    for (let position = 0; position < pixelsPerImage; position++) {
      pixels[image * pixelsPerImage + position] = planes[position * digitsLength + rank]!;
    }
  }
  return { pixels, labels };
}
