import { sizeOf } from 'kd-core';
import type { Values } from './read-network.ts';

interface Window {
  readonly stride: number;
  readonly padding: number;
}

type Sizes4 = readonly [number, number, number, number];

/** Float64, one product after the other. x [n, h, w, c], kernel [kh, kw, c / groups, out]. */
export function convolve(
  x: Values,
  kernel: Values,
  { stride, padding, groups }: Window & { readonly groups: number },
): Values {
  const [, , inputs, outputs] = kernel.shape as Sizes4;
  const [kernelHeight, kernelWidth] = kernel.shape as Sizes4;
  return eachWindow(x, { size: [kernelHeight, kernelWidth], stride, padding, channels: outputs }, (at) => {
    const group = Math.floor((at.channel * groups) / outputs);
    let total = 0;
    for (let row = 0; row < kernelHeight; row += 1) {
      for (let column = 0; column < kernelWidth; column += 1) {
        for (let input = 0; input < inputs; input += 1) {
          const pixel = at.pixel(row, column, group * inputs + input) ?? 0;
          total +=
            pixel * kernel.data[((row * kernelWidth + column) * inputs + input) * outputs + at.channel]!;
        }
      }
    }
    return total;
  });
}

/** Each pixel adds its kernel to the result. x [n, h, w, c], kernel [kh, kw, out, c]. */
export function convolveTransposed(x: Values, kernel: Values, { stride, padding }: Window): Values {
  const [batch, height, width, inputs] = x.shape as Sizes4;
  const [kernelHeight, kernelWidth, outputs] = kernel.shape as Sizes4;
  const outHeight = (height - 1) * stride + kernelHeight - 2 * padding;
  const outWidth = (width - 1) * stride + kernelWidth - 2 * padding;
  const shape = [batch, outHeight, outWidth, outputs];
  const data = new Array<number>(sizeOf(shape)).fill(0);
  x.data.forEach((pixel, index) => {
    const input = index % inputs;
    const column = Math.floor(index / inputs) % width;
    const row = Math.floor(index / (inputs * width)) % height;
    const image = Math.floor(index / (inputs * width * height));
    kernel.data.forEach((factor, place) => {
      if (place % inputs !== input) return;
      const output = Math.floor(place / inputs) % outputs;
      const left = column * stride + (Math.floor(place / (inputs * outputs)) % kernelWidth) - padding;
      const top = row * stride + Math.floor(place / (inputs * outputs * kernelWidth)) - padding;
      if (left < 0 || left >= outWidth || top < 0 || top >= outHeight) return;
      data[((image * outHeight + top) * outWidth + left) * outputs + output]! += pixel * factor;
    });
  });
  return { shape, data };
}

/** The values under each window, without those of the padding, reduced to one. */
export function pool(
  x: Values,
  { size, stride, padding }: Window & { readonly size: number },
  reduce: (values: readonly number[]) => number,
): Values {
  const channels = x.shape[3]!;
  return eachWindow(x, { size: [size, size], stride, padding, channels }, (at) => {
    const places = Array.from({ length: size * size }, (_, place) => [
      Math.floor(place / size),
      place % size,
    ]);
    const values = places.map(([row, column]) => at.pixel(row!, column!, at.channel));
    return reduce(values.filter((value) => value !== undefined));
  });
}

interface Place {
  readonly channel: number;
  /** Of the window; undefined in the padding. */
  pixel(row: number, column: number, channel: number): number | undefined;
}

function eachWindow(
  x: Values,
  {
    size,
    stride,
    padding,
    channels,
  }: Window & { readonly size: readonly [number, number]; readonly channels: number },
  compute: (place: Place) => number,
): Values {
  const [batch, height, width, inputs] = x.shape as Sizes4;
  const outHeight = Math.floor((height + 2 * padding - size[0]) / stride) + 1;
  const outWidth = Math.floor((width + 2 * padding - size[1]) / stride) + 1;
  const shape = [batch, outHeight, outWidth, channels];
  const data = Array.from({ length: sizeOf(shape) }, (_, index) => {
    const channel = index % channels;
    const left = (Math.floor(index / channels) % outWidth) * stride - padding;
    const top = (Math.floor(index / (channels * outWidth)) % outHeight) * stride - padding;
    const image = Math.floor(index / (channels * outWidth * outHeight));
    return compute({
      channel,
      pixel(row, column, input) {
        const [y, xAt] = [top + row, left + column];
        if (y < 0 || y >= height || xAt < 0 || xAt >= width) return undefined;
        return x.data[((image * height + y) * width + xAt) * inputs + input];
      },
    });
  });
  return { shape, data };
}
