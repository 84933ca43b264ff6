import { requireArgument } from '../errors.ts';
import { outputSide } from './layer-arithmetic.ts';
import type { PoolOptions } from './layers.ts';
import type { Shape } from './network-description.ts';
import { mapShape, requireCounts, requireSizes } from './require-shapes.ts';

// Shapes of the outputs of layers without variables. Each throws `INVALID_ARGUMENT` for what does not fit, and says that
// it is `here`, a part of the network.

export function sumShape(here: string, a: Shape, b: Shape): Shape {
  requireArgument(
    a.join() === b.join(),
    () =>
      `The network adds [${a.join(', ')}] and [${b.join(', ')}] in ${here}. Bring both to one shape first.`,
  );
  return a;
}

export function scaledShape(here: string, x: Shape, factors: Shape): Shape {
  const [, , channels] = mapShape(here, x);
  requireArgument(
    factors.length === 1 && factors[0] === channels,
    () =>
      `The network scales the ${channels} channels of [${x.join(', ')}] by factors [${factors.join(', ')}] in ${here}. Give one factor a channel.`,
  );
  return x;
}

export function concatShape(here: string, values: readonly Shape[]): Shape {
  const [first = []] = values;
  const sides = first.slice(0, -1).join();
  requireArgument(
    values.length > 0 && values.every((shape) => shape.slice(0, -1).join() === sides),
    () =>
      `The network joins the channels of ${values.map((shape) => `[${shape.join(', ')}]`).join(' and ')} in ${here}. Their heights and widths must be equal: give it images whose sides its strides divide.`,
  );
  const channels = values.reduce((sum, shape) => sum + shape.at(-1)!, 0);
  return [...first.slice(0, -1), channels];
}

export function sliceShape(here: string, x: Shape, begin: number, size: number): Shape {
  requireArgument(
    Number.isInteger(begin) && Number.isInteger(size) && begin >= 0 && size >= 1 && begin + size <= x.at(-1)!,
    () =>
      `The network takes ${size} channels from ${begin} on of [${x.join(', ')}] in ${here}. They must lie within its channels.`,
  );
  return [...x.slice(0, -1), size];
}

export function paddedShape(here: string, x: Shape, before: number, after: number): Shape {
  requireCounts(here, { before, after });
  return [...x.slice(0, -1), x.at(-1)! + before + after];
}

export function shuffledShape(here: string, x: Shape, groups: number): Shape {
  const [, , channels] = mapShape(here, x);
  requireArgument(
    Number.isInteger(groups) && groups >= 1 && channels % groups === 0,
    () => `The ${groups} groups of the channel shuffle in ${here} must divide its ${channels} channels.`,
  );
  return x;
}

export function croppedShape(here: string, x: Shape, top: number, left: number): Shape {
  const [height, width, channels] = mapShape(here, x);
  requireCounts(here, { top, left });
  requireArgument(
    top < height && left < width,
    () => `The network crops ${top} rows and ${left} columns of ${height}x${width} pixels in ${here}.`,
  );
  return [height - top, width - left, channels];
}

export function pooledShape(
  here: string,
  x: Shape,
  { size, stride = size, padding = 0 }: PoolOptions,
): Shape {
  const [height, width, channels] = mapShape(here, x);
  requireSizes(here, { size, stride });
  requireCounts(here, { padding });
  requireArgument(
    padding * 2 <= size,
    () => `The padding ${padding} of a pool by ${size} in ${here} must be at most half of its size.`,
  );
  const sides = [height, width].map((side) => outputSide(side, { size, stride, padding }));
  requireArgument(
    sides.every((side) => side > 0),
    () => `The network pools ${height}x${width} pixels by ${size} in ${here}. Give it larger images.`,
  );
  return [...sides, channels];
}
