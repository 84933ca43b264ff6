import type { ImageChannels, Pixels } from './pixels.ts';

/**
 * The first `channels` samples of each pixel, of `stride` interleaved ones: leaves out transparency. What has no more than those
 * is not copied.
 * `pixels` is the number of pixels.
 */
export function takeChannels(
  samples: ArrayLike<number>,
  pixels: number,
  stride: number,
  channels: ImageChannels,
): Uint8Array {
  if (stride === channels && samples instanceof Uint8Array && samples.length === pixels * channels) {
    return new Uint8Array(samples.buffer, samples.byteOffset, samples.length);
  }
  const data = new Uint8Array(pixels * channels);
  if (channels === 3) {
    for (let from = 0, to = 0; to < data.length; from += stride, to += 3) {
      data[to] = samples[from]!;
      data[to + 1] = samples[from + 1]!;
      data[to + 2] = samples[from + 2]!;
    }
    return data;
  }
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let channel = 0; channel < channels; channel++) {
      data[pixel * channels + channel] = samples[pixel * stride + channel]!;
    }
  }
  return data;
}

/**
 * Grey in three equal channels, or colours as grey: ITU-R 601 luma in the fixed point arithmetic of Pillow's
 * `convert('L')`, so that the numbers are the same.
 */
function convertChannels(data: Uint8Array, from: ImageChannels, to: ImageChannels): Uint8Array {
  if (from === to) return data;
  const pixels = data.length / from;
  const converted = new Uint8Array(pixels * to);
  for (let pixel = 0; pixel < pixels; pixel++) {
    if (from === 1) converted.fill(data[pixel]!, 3 * pixel, 3 * pixel + 3);
    else converted[pixel] = luma(data[3 * pixel]!, data[3 * pixel + 1]!, data[3 * pixel + 2]!);
  }
  return converted;
}

/** An image in the channels that are asked for, or in its own. */
export function inChannels(pixels: Pixels, channels: ImageChannels | undefined): Pixels {
  if (channels === undefined || channels === pixels.channels) return pixels;
  return { ...pixels, channels, data: convertChannels(pixels.data, pixels.channels, channels) };
}

/** 0.299 R + 0.587 G + 0.114 B in units of 1/65536, rounded. */
function luma(red: number, green: number, blue: number): number {
  return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
}
