import { HostTensor } from 'kd-core';
import type { OnnxNetwork } from './read-network.ts';

/**
 * `count` images from `start` as the graph takes them: in its layout and scale, and with values that its element type has.
 * Where there are fewer than `batchSize`, the rest is zero.
 */
export function encodeImages(
  images: HostTensor,
  start: number,
  count: number,
  { input, pixels }: OnnxNetwork,
): HostTensor {
  const [height, width, channels] = input.shape;
  const batch = input.batchSize ?? count;
  const area = height * width;
  const values = new Float32Array(batch * area * channels);
  const isChannelsFirst = input.layout === 'NCHW';
  const pixelStride = isChannelsFirst ? 1 : channels;
  const channelStride = isChannelsFirst ? area : 1;
  for (let channel = 0; channel < channels; channel++) {
    const source = pixels?.source[channel] ?? channel;
    const factor = pixels?.factor[channel] ?? 1;
    const offset = pixels?.offset[channel] ?? 0;
    for (let image = 0; image < count; image++) {
      const from = (start + image) * area * channels + source;
      const to = image * area * channels + channel * channelStride;
      for (let pixel = 0; pixel < area; pixel++) {
        values[to + pixel * pixelStride] = images.data[from + pixel * channels]! * factor + offset;
      }
    }
  }
  const shape = isChannelsFirst ? [batch, channels, height, width] : [batch, height, width, channels];
  if (input.dtype === 'uint8') limitToBytes(values);
  return new HostTensor(values, shape);
}

/** Casting what is no byte would wrap around. */
function limitToBytes(values: Float32Array): void {
  for (let index = 0; index < values.length; index++) {
    values[index] = Math.min(Math.max(Math.round(values[index]!), 0), 255);
  }
}
