import { add, gather, mul, type Tensor4D, tensor1d } from '@tensorflow/tfjs-core';
import { requireArgument } from 'kd-core';
import { computed, computedMap, type Value } from './value.ts';

/** How a graph takes images. */
export interface OnnxImageInput {
  /** Name of the graph's input. */
  readonly name: string;
  readonly layout: 'NCHW' | 'NHWC';
  /** [height, width, channels] */
  readonly shape: readonly [number, number, number];
  /** The batch that the file was written for; undefined where it states none. */
  readonly batchSize?: number | undefined;
  /** From the numbers of a loader to those of the network; without it, they are the same. */
  readonly pixels?: OnnxPixelMap | undefined;
}

/** `input[channel] = image[source[channel]] * factor[channel] + offset[channel]` */
export interface OnnxPixelMap {
  readonly source: readonly number[];
  readonly factor: readonly number[];
  readonly offset: readonly number[];
}

/** Throws `INVALID_ARGUMENT` for sizes below 1 and for a pixel map of other channels. */
export function requireImageInput({ shape, batchSize = 1, pixels }: OnnxImageInput): void {
  requireArgument(
    shape.length === 3 && [...shape, batchSize].every((size) => Number.isInteger(size) && size > 0),
    () =>
      `input.shape must be [height, width, channels] and batchSize a number, all whole and above 0, got [${shape.join(', ')}] and ${batchSize}.`,
  );
  const channels = shape[2];
  requireArgument(
    pixels === undefined ||
      ([pixels.source, pixels.factor, pixels.offset].every((list) => list.length === channels) &&
        pixels.source.every((source) => source >= 0 && source < channels)),
    () => `input.pixels must have a source, a factor and an offset for each of ${channels} channels.`,
  );
}

/** Images [batch, height, width, channels] as the value that the graph takes. */
export function imageValue({ layout, pixels }: OnnxImageInput, images: Tensor4D): Value {
  const scaled = pixels === undefined ? images : mapped(pixels, images);
  return layout === 'NCHW' ? computedMap(scaled) : computed(scaled);
}

function mapped({ source, factor, offset }: OnnxPixelMap, images: Tensor4D): Tensor4D {
  const isInOrder = source.every((each, channel) => each === channel);
  const ordered = isInOrder ? images : gather(images, tensor1d([...source], 'int32'), 3);
  return add(mul(ordered, tensor1d([...factor])), tensor1d([...offset]));
}
