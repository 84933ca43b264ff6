import type { Image } from '../transform.ts';

/** How pixels between pixels are read: the one they fall on, or the mean of the four around by their distances. */
export type Interpolation = 'nearest' | 'bilinear';

/**
 * [a, b, c, d, e, f]: the target point (x, y) shows the source point (ax + by + c, dx + ey + f). Pixels are unit squares, so that
 * the first has its middle at (0.5, 0.5).
 */
export type AffineMatrix = readonly [number, number, number, number, number, number];

export interface WarpOptions {
  readonly interpolation: Interpolation;
  /** Value of all channels where the source has no pixel. */
  readonly fill: number;
}

/** The image seen through an affine map, in its own size, as Pillow's `transform(size, AFFINE, matrix)`. */
export function warp(image: Image, matrix: AffineMatrix, { interpolation, fill }: WarpOptions): Image {
  const warped = new Float32Array(image.data.length);
  if (fill !== 0) warped.fill(fill);
  if (interpolation === 'nearest') warpNearest(image, matrix, warped);
  else warpBilinear(image, matrix, warped);
  return { data: warped, shape: image.shape };
}

/** Pillow's 16.16 fixed point numbers, which decide for points on the border of two pixels, common with shears such as 0.2. */
function warpNearest({ data, shape }: Image, [a, b, c, d, e, f]: AffineMatrix, warped: Float32Array): void {
  const [height, width, channels] = shape;
  const [xStep, xRowStep] = [fixed(a), fixed(b)];
  const [yStep, yRowStep] = [fixed(d), fixed(e)];
  let xOfRow = fixed(c + a * 0.5 + b * 0.5);
  let yOfRow = fixed(f + d * 0.5 + e * 0.5);
  const right = width * 65536;
  const bottom = height * 65536;
  let at = 0;
  for (let row = 0; row < height; row++) {
    let x = xOfRow;
    let y = yOfRow;
    for (let column = 0; column < width; column++) {
      if (x >= 0 && x < right && y >= 0 && y < bottom) {
        const source = (Math.floor(y / 65536) * width + Math.floor(x / 65536)) * channels;
        for (let channel = 0; channel < channels; channel++) warped[at + channel] = data[source + channel]!;
      }
      at += channels;
      x += xStep;
      y += yStep;
    }
    xOfRow += xRowStep;
    yOfRow += yRowStep;
  }
}

function fixed(value: number): number {
  return Math.floor(value * 65536 + 0.5);
}

/** Pixels at the border go on outside of it for half a pixel, as in Pillow; torchvision's tensors would mix with `fill` there. */
function warpBilinear({ data, shape }: Image, [a, b, c, d, e, f]: AffineMatrix, warped: Float32Array): void {
  const [height, width, channels] = shape;
  let at = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++, at += channels) {
      const x = a * (column + 0.5) + b * (row + 0.5) + c;
      const y = d * (column + 0.5) + e * (row + 0.5) + f;
      if (x < 0 || x >= width || y < 0 || y >= height) continue;
      const left = Math.floor(x - 0.5);
      const top = Math.floor(y - 0.5);
      const toRight = x - 0.5 - left;
      const toBottom = y - 0.5 - top;
      const firstColumn = Math.max(left, 0) * channels;
      const secondColumn = Math.min(left + 1, width - 1) * channels;
      const firstRow = Math.max(top, 0) * width * channels;
      const secondRow = Math.min(top + 1, height - 1) * width * channels;
      for (let channel = 0; channel < channels; channel++) {
        const above = data[firstRow + firstColumn + channel]!;
        const below = data[secondRow + firstColumn + channel]!;
        const upper = above + (data[firstRow + secondColumn + channel]! - above) * toRight;
        const lower = below + (data[secondRow + secondColumn + channel]! - below) * toRight;
        warped[at + channel] = upper + (lower - upper) * toBottom;
      }
    }
  }
}
