import { KdError, requireArgument } from 'kd-core';
import { type Dataset, type ImageShape, requireIndex } from './dataset.ts';
import { describedDataset } from './dataset-spec.ts';

export type PixelArray =
  | Uint8Array
  | Uint8ClampedArray
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

export type LabelArray = Uint8Array | Uint16Array | Int32Array | Uint32Array;

export interface ArrayDatasetOptions {
  readonly name: string;
  /** All pixels, row-major [length, height, width, channels]. Not copied: do not change it afterwards. */
  readonly pixels: PixelArray;
  /** The pixel value that stands for 1; pixels are divided by it. Default 255 for bytes, 1 for floats; others must say it. */
  readonly pixelMaximum?: number;
  /** One class of 0..classNames.length - 1 for each image. Not copied. */
  readonly labels: LabelArray;
  readonly inputShape: ImageShape;
  readonly classNames: readonly string[];
  readonly attribution?: string;
}

/**
 * A data set over arrays in memory, which stay what they are until a sample is read.
 * Throws `SHAPE_MISMATCH` when pixels, labels and shape do not fit together, and `INVALID_ARGUMENT`
 * for labels outside the classes; the first bad sample is named.
 */
export function arrayDataset(options: ArrayDatasetOptions): Dataset {
  const { name, pixels, labels, inputShape, classNames, attribution } = options;
  const pixelMaximum = options.pixelMaximum ?? defaultMaximum(pixels);
  const size = requireShape(inputShape, name);
  const length = labels.length;
  const classes = classNames.length;

  requireArgument(length > 0, () => `Data set '${name}' has no samples.`);
  requireArgument(
    pixelMaximum !== undefined,
    () =>
      `Data set '${name}' needs pixelMaximum: which value of a ${pixels.constructor.name} stands for 1 is not certain.`,
  );
  requireArgument(
    Number.isFinite(pixelMaximum) && pixelMaximum > 0,
    () => `pixelMaximum of data set '${name}' must be a positive number, got ${pixelMaximum}.`,
  );
  if (pixels.length !== length * size) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `Data set '${name}' has ${length} labels, so its images of shape [${inputShape.join(', ')}] take ${length * size} pixels, but there are ${pixels.length}.`,
    );
  }
  const bad = labels.findIndex((label) => label < 0 || label >= classes);
  requireArgument(
    bad === -1,
    () =>
      `Sample ${bad} of data set '${name}' has label ${labels[bad]}, but with ${classes} class names labels must be 0..${classes - 1}.`,
  );

  return describedDataset<Dataset>(
    { kind: 'arrays', options },
    {
      name,
      length,
      classes,
      classNames,
      inputShape,
      ...(attribution === undefined ? {} : { attribution }),
      image(index) {
        requireIndex(index, length, `Data set '${name}'`);
        const image = new Float32Array(size);
        const first = index * size;
        for (let i = 0; i < size; i++) image[i] = pixels[first + i]! / pixelMaximum;
        return image;
      },
      label(index) {
        requireIndex(index, length, `Data set '${name}'`);
        return labels[index]!;
      },
      originalIndex(index) {
        requireIndex(index, length, `Data set '${name}'`);
        return index;
      },
    },
  );
}

function defaultMaximum(pixels: PixelArray): number | undefined {
  if (pixels instanceof Uint8Array || pixels instanceof Uint8ClampedArray) return 255;
  return pixels instanceof Float32Array || pixels instanceof Float64Array ? 1 : undefined;
}

function requireShape(shape: ImageShape, name: string): number {
  requireArgument(
    shape.length === 3 && shape.every((dimension) => Number.isInteger(dimension) && dimension > 0),
    () =>
      `inputShape of data set '${name}' must be [height, width, channels] of positive integers, got [${shape.join(', ')}].`,
  );
  return shape[0] * shape[1] * shape[2];
}
