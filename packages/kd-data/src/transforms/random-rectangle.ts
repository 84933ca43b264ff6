import { foldIn, type PrngKey } from 'kd-core';
import type { ImageShape } from '../dataset.ts';
import { between, betweenRatios, drawFractions } from './draws.ts';
import type { Rectangle } from './rectangle.ts';

const attempts = 10;

export interface RectangleOptions {
  /** Share of the area of the image. */
  readonly scale: readonly [number, number];
  /** Width over height, drawn by its logarithm. */
  readonly ratio: readonly [number, number];
  /** The sides that it may have at most. */
  readonly most: { readonly height: number; readonly width: number };
}

/** A rectangle of random area, proportions and place in an image; none when ten draws of a size are all too large. */
export function drawRectangle(
  [height, width]: ImageShape,
  { scale, ratio, most }: RectangleOptions,
  key: PrngKey,
): Rectangle | undefined {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const draws = drawFractions(foldIn(key, attempt), 4);
    const area = height * width * between(scale, draws[0]!);
    const aspect = betweenRatios(ratio, draws[1]!);
    const partWidth = Math.round(Math.sqrt(area * aspect));
    const partHeight = Math.round(Math.sqrt(area / aspect));
    if (partWidth < 1 || partWidth > most.width || partHeight < 1 || partHeight > most.height) continue;
    return {
      top: Math.floor(draws[2]! * (height - partHeight + 1)),
      left: Math.floor(draws[3]! * (width - partWidth + 1)),
      height: partHeight,
      width: partWidth,
    };
  }
  return undefined;
}
