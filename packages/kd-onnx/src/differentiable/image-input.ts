import { add, mul, type Tensor, type Tensor4D, tensor1d } from '@tensorflow/tfjs-core';
import { KdError, requireArgument } from 'kd-core';
import type { OnnxModel, OnnxValue } from '../reader/onnx-model.ts';
import { computed, computedMap, type Value } from './value.ts';

type Size = readonly [number, number, number];

export interface ImageInputOptions {
  /** Name of the graph's input; needed where it has several. */
  readonly input?: string | undefined;
  /** [height, width, channels]; needed where the file leaves a size open. */
  readonly inputShape?: Size | undefined;
  /** Order of the axes that the file takes; by default the one in which there are 1, 3 or 4 channels. */
  readonly layout?: 'NCHW' | 'NHWC' | undefined;
  /** What the file wants done to images: `image * scale + offset`, one number a channel each. */
  readonly preprocessing?: ImageScaling | undefined;
}

export interface ImageScaling {
  readonly scale: readonly number[];
  readonly offset: readonly number[];
}

/** The input of a network of images. */
export interface ImageInput {
  readonly name: string;
  readonly inputShape: Size;
  readonly layout: 'NCHW' | 'NHWC';
  /** The size of the batch that the file was written for; undefined where it takes any. */
  readonly fixedBatch: number | undefined;
  readonly preprocessing: ImageScaling | undefined;
}

/** Throws `INVALID_ARGUMENT` for options that the file contradicts or does not do without. */
export function resolveImageInput(model: OnnxModel, options: ImageInputOptions): ImageInput {
  const { name, shape = ['', '', '', ''] } = findInput(model, options.input);
  requireArgument(
    shape.length === 4,
    () =>
      `The input '${name}' must be a batch of images, of 4 axes, but is [${shape.join(', ')}]. Name another value with input.`,
  );
  const layout = options.layout ?? layoutOf(name, shape, options.inputShape);
  const order = layout === 'NCHW' ? [2, 3, 1] : [1, 2, 3];
  const stated = order.map((axis) => shape[axis]!);
  const inputShape = stated.map((size, axis) => options.inputShape?.[axis] ?? size);
  requireArgument(
    inputShape.every((size) => typeof size === 'number' && Number.isInteger(size) && size > 0),
    () =>
      `The input '${name}' is [${shape.join(', ')}] (${layout}), which leaves sizes open. Give inputShape: [height, width, channels].`,
  );
  requireArgument(
    stated.every((size, axis) => typeof size === 'string' || size === inputShape[axis]),
    () =>
      `inputShape is [${inputShape.join(', ')}], but the file takes [${stated.join(', ')}] (height, width, channels).`,
  );
  const { preprocessing } = options;
  const channels = inputShape[2] as number;
  requireArgument(
    preprocessing === undefined ||
      [preprocessing.scale, preprocessing.offset].every((list) => list.length === channels),
    () => `preprocessing must have one scale and one offset for each of ${channels} channels.`,
  );
  const batch = shape[0]!;
  return {
    name,
    inputShape: inputShape as [number, number, number],
    layout,
    fixedBatch: typeof batch === 'number' ? batch : undefined,
    preprocessing,
  };
}

function findInput({ graph }: OnnxModel, name: string | undefined): OnnxValue {
  const names = graph.inputs.map((input) => input.name).join(', ');
  const found = graph.inputs.find((input) => input.name === (name ?? input.name));
  if (found === undefined) {
    throw new KdError(
      'INVALID_ARGUMENT',
      `The file has no input '${name ?? ''}'; it has: ${names === '' ? 'none' : names}.`,
    );
  }
  if (graph.inputs.length > 1 && name === undefined) {
    throw new KdError(
      'INVALID_ARGUMENT',
      `The file has several inputs: ${names}. Name the images with input.`,
    );
  }
  return found;
}

const CHANNELS: ReadonlySet<number | string | undefined> = new Set([1, 3, 4]);

function layoutOf(
  name: string,
  shape: readonly (number | string)[],
  inputShape: Size | undefined,
): 'NCHW' | 'NHWC' {
  const isChannels = (size: number | string | undefined): boolean =>
    inputShape === undefined ? CHANNELS.has(size) : size === inputShape[2];
  const [isFirst, isLast] = [isChannels(shape[1]), isChannels(shape[3])];
  requireArgument(
    isFirst || isLast,
    () =>
      `The input '${name}' is [${shape.join(', ')}], which does not say where the channels are. Give layout: 'NCHW' or 'NHWC'.`,
  );
  return isFirst ? 'NCHW' : 'NHWC';
}

/** Images [batch, height, width, channels] as the value that the file takes. */
export function imageValue({ layout, preprocessing }: ImageInput, images: Tensor4D): Value {
  const scaled =
    preprocessing === undefined
      ? images
      : add(mul(images, tensor1d([...preprocessing.scale])), tensor1d([...preprocessing.offset]));
  return layout === 'NCHW' ? computedMap(scaled as Tensor) : computed(scaled);
}
