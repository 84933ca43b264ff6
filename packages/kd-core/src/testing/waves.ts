import type { Values } from './cpu-backend.ts';

/**
 * sin(a n + b) over the positions n of a tensor that is [batch, channels, height, width] or [batch, features] row by row, as
 * [batch, height, width, channels] or [batch, features]: inputs for which values of the reference implementations are known.
 */
export function waves(shape: readonly number[], a: number, b: number): Values {
  const wave = (n: number): number => Math.sin(a * n + b);
  if (shape.length !== 4) {
    const size = shape.reduce((product, each) => product * each, 1);
    return { shape, data: Array.from({ length: size }, (_, n) => wave(n)) };
  }
  const [batch, channels, height, width] = shape as [number, number, number, number];
  const positions = height * width;
  const data = Array.from({ length: batch * channels * positions }, (_, index) => {
    const channel = index % channels;
    const position = Math.floor(index / channels) % positions;
    const sample = Math.floor(index / (channels * positions));
    return wave((sample * channels + channel) * positions + position);
  });
  return { shape: [batch, height, width, channels], data };
}
