import { KdError } from 'kd-core';
import { type ArrayDatasetOptions, arrayDataset, type PixelArray } from '../array-dataset.ts';
import type { Dataset, ImageShape } from '../dataset.ts';
import type { NpyArray } from './parse-npy.ts';

export interface NumpyImages {
  /** [samples, height, width] or [samples, height, width, channels] of bytes, other integers or floats. */
  readonly images: NpyArray;
  /** [samples] or [samples, 1] of whole numbers. */
  readonly labels: NpyArray;
}

export interface NumpyDatasetOptions
  extends Partial<Pick<ArrayDatasetOptions, 'classNames' | 'pixelMaximum' | 'attribution'>> {
  readonly name: string;
  /** Whether images are [samples, channels, height, width], as PyTorch has them; default false. */
  readonly channelsFirst?: boolean;
}

/**
 * A data set of arrays of numpy. Without `classNames`, classes are called by their numbers, up to the largest label. Throws
 * `PARSE` for arrays of other shapes or elements, and what `arrayDataset` throws.
 */
export function numpyDataset(
  { images, labels }: NumpyImages,
  { name, channelsFirst = false, classNames, ...rest }: NumpyDatasetOptions,
): Dataset {
  const refuse = (reason: string): KdError =>
    new KdError('PARSE', `Data set '${name}' cannot be made: ${reason}.`);
  const shape = images.shape.length === 3 ? withChannel(images.shape, channelsFirst) : images.shape;
  const [length = 0, ...imageShape] = shape;
  if (shape.length !== 4 || shape.includes(0)) {
    const wanted = channelsFirst
      ? '[samples, channels, height, width]'
      : '[samples, height, width, channels]';
    throw refuse(`images must be ${wanted}, or without the channels, but are [${images.shape.join(', ')}]`);
  }
  const labelled = labels.shape.length === 2 && labels.shape[1] === 1 ? 1 : labels.shape.length;
  if (labelled !== 1 || labels.shape[0] !== length) {
    throw refuse(`labels must be [${length}], one for each image, but are [${labels.shape.join(', ')}]`);
  }
  const classes = readLabels(labels, refuse);
  const pixels = readPixels(images);
  if (!hasOwnMaximum(images.type) && rest.pixelMaximum === undefined) {
    throw refuse(`images are ${images.type}: say as pixelMaximum which value stands for 1, such as 255`);
  }
  const [first, second, third] = imageShape as [number, number, number];
  const inputShape: ImageShape = channelsFirst ? [second, third, first] : [first, second, third];
  return arrayDataset({
    name,
    pixels: channelsFirst && first > 1 ? channelsLast(pixels, length, inputShape) : pixels,
    labels: classes,
    inputShape,
    classNames: classNames ?? numbered(classes),
    ...rest,
  });
}

/** Whether it is certain which value stands for 1. */
function hasOwnMaximum(type: NpyArray['type']): boolean {
  return type === 'u1' || type.startsWith('f');
}

type Refuse = (reason: string) => KdError;

function withChannel([length, height, width]: readonly number[], first: boolean): readonly number[] {
  return first ? [length!, 1, height!, width!] : [length!, height!, width!, 1];
}

/** 64-bit integers as floats, which are exact up to 2^53. */
function readPixels({ data }: NpyArray): PixelArray {
  return data instanceof BigInt64Array || data instanceof BigUint64Array
    ? Float64Array.from(data, Number)
    : data;
}

function readLabels({ data }: NpyArray, refuse: Refuse): Int32Array {
  const labels = new Int32Array(data.length);
  for (let index = 0; index < data.length; index++) {
    const label = Number(data[index]);
    if (!Number.isInteger(label) || label < 0 || label > largestLabel) {
      throw refuse(
        `label ${index} is ${data[index]}, and classes are whole numbers from 0 to ${largestLabel}`,
      );
    }
    labels[index] = label;
  }
  return labels;
}

/** More classes than any data set has: a list of names is made of the largest label. */
const largestLabel = 999_999;

function numbered(labels: Int32Array): readonly string[] {
  let largest = 0;
  for (const label of labels) if (label > largest) largest = label;
  return Array.from({ length: largest + 1 }, (_, label) => String(label));
}

function channelsLast(pixels: PixelArray, length: number, [height, width, channels]: ImageShape): PixelArray {
  const plane = height * width;
  const ordered = pixels.slice();
  let to = 0;
  for (let sample = 0; sample < length; sample++) {
    const image = sample * channels * plane;
    for (let pixel = 0; pixel < plane; pixel++) {
      for (let channel = 0; channel < channels; channel++)
        ordered[to++] = pixels[image + channel * plane + pixel]!;
    }
  }
  return ordered;
}
