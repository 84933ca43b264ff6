import type { AffineMatrix } from './warp.ts';

/** What happens to an image around its middle, in this order: shear, rotation and scale, then translation. */
export interface AffineParts {
  /** Clockwise, in degrees. */
  readonly angle: number;
  /** Pixels to the right and down. */
  readonly translation: readonly [x: number, y: number];
  /** Above 1 enlarges. */
  readonly scale: number;
  /** Angles along both axes, in degrees. */
  readonly shear: readonly [x: number, y: number];
}

/** The map from target to source of torchvision's `functional.affine` (`_get_inverse_affine_matrix`). */
export function affineMatrix(
  { angle, translation, scale, shear }: AffineParts,
  [height, width]: readonly [number, number, ...number[]],
): AffineMatrix {
  const turn = radians(angle);
  const [alongX, alongY] = [radians(shear[0]), radians(shear[1])];
  const a = Math.cos(turn - alongY) / Math.cos(alongY);
  const b = (-Math.cos(turn - alongY) * Math.tan(alongX)) / Math.cos(alongY) - Math.sin(turn);
  const d = Math.sin(turn - alongY) / Math.cos(alongY);
  const e = (-Math.sin(turn - alongY) * Math.tan(alongX)) / Math.cos(alongY) + Math.cos(turn);
  const centerX = width * 0.5;
  const centerY = height * 0.5;
  const fromX = -centerX - translation[0];
  const fromY = -centerY - translation[1];
  const [xx, xy, yx, yy] = [e / scale, -b / scale, -d / scale, a / scale];
  return [xx, xy, centerX + xx * fromX + xy * fromY, yx, yy, centerY + yx * fromX + yy * fromY];
}

/** Around the middle, anticlockwise, as Pillow's `rotate`: right angles are exact. */
export function rotationMatrix(
  degrees: number,
  [height, width]: readonly [number, number, ...number[]],
): AffineMatrix {
  const turn = -radians(degrees % 360);
  const cosine = rounded(Math.cos(turn));
  const sine = rounded(Math.sin(turn));
  const centerX = width / 2;
  const centerY = height / 2;
  return [
    cosine,
    sine,
    centerX - cosine * centerX - sine * centerY,
    -sine,
    cosine,
    centerY + sine * centerX - cosine * centerY,
  ];
}

/** To 15 decimals, so that the cosine of a right angle is 0. */
function rounded(value: number): number {
  return Math.round(value * 1e15) / 1e15;
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
