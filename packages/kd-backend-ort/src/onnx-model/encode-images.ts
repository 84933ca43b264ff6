import { HostTensor } from 'kd-core';
import { floatToHalf } from 'kd-onnx';
import type { HostInput } from '../engines/ort-engine.ts';
import type { ImageInput } from './image-input.ts';
import type { PixelMap } from './preprocessing.ts';

/**
 * `count` images from `start` as the graph takes them: in its layout, scale and element type. Where there are fewer than
 * `batchSize`, the rest is zero.
 */
export function encodeImages(
  images: HostTensor,
  start: number,
  count: number,
  input: ImageInput,
  pixels: PixelMap,
): HostTensor | HostInput {
  const [height, width, channels] = input.shape;
  const batch = input.batchSize ?? count;
  const area = height * width;
  const values = new Float32Array(batch * area * channels);
  const isChannelsFirst = input.layout === 'NCHW';
  const pixelStride = isChannelsFirst ? 1 : channels;
  const channelStride = isChannelsFirst ? area : 1;
  for (let channel = 0; channel < channels; channel++) {
    const source = pixels.source[channel]!;
    const factor = pixels.factor[channel]!;
    const offset = pixels.offset[channel]!;
    for (let image = 0; image < count; image++) {
      const from = (start + image) * area * channels + source;
      const to = image * area * channels + channel * channelStride;
      for (let pixel = 0; pixel < area; pixel++) {
        values[to + pixel * pixelStride] = images.data[from + pixel * channels]! * factor + offset;
      }
    }
  }
  const shape = isChannelsFirst ? [batch, channels, height, width] : [batch, height, width, channels];
  return asElements(values, shape, input.dtype);
}

function asElements(
  values: Float32Array,
  shape: readonly number[],
  dtype: ImageInput['dtype'],
): HostTensor | HostInput {
  if (dtype === 'float32') return new HostTensor(values, shape);
  if (dtype === 'float64') return { data: Float64Array.from(values), shape, dtype };
  if (dtype === 'float16') return { data: Uint16Array.from(values, floatToHalf), shape, dtype };
  // Values beyond a byte would wrap around.
  const bytes = Uint8Array.from(values, (value) => Math.min(Math.max(Math.round(value), 0), 255));
  return { data: bytes, shape, dtype };
}
