import { requireArgument } from 'kd-core';
import { between, drawFractions } from './draws.ts';
import { requireAtLeast } from './image-size.ts';
import { reflected } from './reflected.ts';
import { requireRange, requireWholeNumber } from './require-options.ts';
import { describedTransform, type Image, type Transform } from './transform.ts';

/**
 * Blurs with a Gaussian of a random width `sigma` in pixels (default [0.1, 2]) on a kernel of `kernelSize` pixels, an odd number;
 * the image goes on reflected at its border: torchvision's `GaussianBlur`. An image that is not larger than half the kernel
 * throws `SHAPE_MISMATCH`.
 */
export function gaussianBlur({
  kernelSize,
  sigma = [0.1, 2],
}: {
  readonly kernelSize: number;
  readonly sigma?: readonly [number, number];
}): Transform {
  requireWholeNumber('kernelSize', kernelSize, 1, 'pixels');
  requireArgument(kernelSize % 2 === 1, () => `kernelSize must be odd, got ${kernelSize}.`);
  requireRange('sigma', sigma, { minimum: Number.MIN_VALUE });
  const half = (kernelSize - 1) / 2;
  return describedTransform({ name: 'gaussianBlur', options: { kernelSize, sigma } }, (image, key) => {
    requireAtLeast(
      image.shape,
      { height: half + 1, width: half + 1 },
      `gaussianBlur with a kernel of ${kernelSize}`,
    );
    return blur(image, gaussian(half, between(sigma, drawFractions(key, 1)[0]!)));
  });
}

/** At -half..half, with the sum 1. */
function gaussian(half: number, sigma: number): Float64Array {
  const kernel = Float64Array.from({ length: 2 * half + 1 }, (_, tap) =>
    Math.exp(-0.5 * ((tap - half) / sigma) ** 2),
  );
  const sum = kernel.reduce((total, weight) => total + weight, 0);
  return kernel.map((weight) => weight / sum);
}

function blur({ data, shape }: Image, kernel: Float64Array): Image {
  const [height, width, channels] = shape;
  const rowLength = width * channels;
  const across = new Float32Array(data.length);
  for (let row = 0; row < height; row++) {
    blurLines(
      data,
      across,
      { start: row * rowLength, count: width, stride: channels, lines: channels },
      kernel,
    );
  }
  const blurred = new Float32Array(data.length);
  blurLines(across, blurred, { start: 0, count: height, stride: rowLength, lines: rowLength }, kernel);
  return { data: blurred, shape };
}

/** Blurs `lines` neighbouring lines of `count` numbers, each `stride` from the next. */
function blurLines(
  from: Float32Array,
  to: Float32Array,
  {
    start,
    count,
    stride,
    lines,
  }: { readonly start: number; readonly count: number; readonly stride: number; readonly lines: number },
  kernel: Float64Array,
): void {
  const half = (kernel.length - 1) / 2;
  for (let place = 0; place < count; place++) {
    const target = start + place * stride;
    for (let tap = 0; tap < kernel.length; tap++) {
      const weight = kernel[tap]!;
      const source = start + reflected(place + tap - half, count) * stride;
      for (let line = 0; line < lines; line++) to[target + line]! += weight * from[source + line]!;
    }
  }
}
