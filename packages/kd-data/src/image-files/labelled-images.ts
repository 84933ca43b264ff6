import { KdError, requireArgument } from 'kd-core';
import { type AsyncDataset, type ImageShape, requireIndex } from '../dataset.ts';
import { type DatasetSpec, describedDataset } from '../dataset-spec.ts';
import { builtInDecoder } from '../images/built-in-decoder.ts';
import { type ImageDecoder, isDecoderName } from '../images/image-decoder.ts';
import type { ImageChannels, Pixels } from '../images/pixels.ts';
import { pixelResizer, type ResizePixelsOptions } from '../images/resize-pixels.ts';
import type { FileLayout } from './file-layout.ts';
import type { ImageFiles } from './image-files.ts';

/** How image files are read. */
export interface ImageReadingOptions extends Partial<ResizePixelsOptions> {
  readonly name?: string;
  /** Grey (1) or RGB (3), whatever the files have. By default that of the first image, and then all must be alike. */
  readonly channels?: ImageChannels;
  readonly attribution?: string;
  /** Default `builtInDecoder`. It says what endings the names of images have. */
  readonly decoder?: ImageDecoder;
}

/** Labelled image files, each decoded when it is asked for. */
export interface ImageFileDataset extends AsyncDataset {
  /** Path of a sample's file below its archive or folder. */
  path(index: number): string;
  /** Pixels 0..255 of a sample, row-major `inputShape`. */
  pixels(index: number): Promise<Uint8Array>;
  /** A sample in the size of its file, whatever `inputShape` says: for transforms that cut their part out of large images. */
  original(index: number): Promise<Pixels>;
}

/**
 * A data set of image files whose classes are known. The first image is decoded at once and says the shape of all, unless
 * `size` and `channels` do. Throws what the decoder and `pixelResizer` throw; reading an image of another shape throws
 * `SHAPE_MISMATCH`. Every message about an image names its file.
 */
export async function labelledImages(
  files: Omit<ImageFiles, 'paths'>,
  layout: FileLayout,
  { decoder = builtInDecoder, ...reading }: ImageReadingOptions,
): Promise<ImageFileDataset> {
  const { classNames, files: samples } = layout;
  const { name, channels, attribution, size, ...fitting } = reading;
  requireArgument(
    channels === undefined || channels === 1 || channels === 3,
    () => `channels must be 1 (grey) or 3 (RGB), got ${channels}.`,
  );
  const resized = resizing(size, fitting);
  const { length } = samples;
  const decode = async (path: string): Promise<Pixels> =>
    decoder.decode(await files.read(path), {
      what: `Image '${path}' of ${lowerFirst(files.what)}`,
      ...(channels !== undefined && { channels }),
    });
  const first = resized(await decode(samples[0]!.path));
  const inputShape: ImageShape = [first.height, first.width, first.channels];
  const sample = (index: number): (typeof samples)[number] => {
    requireIndex(index, length, files.what);
    return samples[index]!;
  };
  const pixels = async (index: number): Promise<Uint8Array> => {
    const { path } = sample(index);
    const image = resized(await decode(path));
    const shape = [image.height, image.width, image.channels];
    if (shape.join() !== inputShape.join()) throw otherShape({ path, shape }, samples[0]!.path, inputShape);
    return image.data;
  };
  const spec: DatasetSpec | undefined =
    files.spec !== undefined && isDecoderName(decoder.name)
      ? { kind: 'images', files: files.spec, layout, reading, decoder: decoder.name }
      : undefined;
  return describedDataset<ImageFileDataset>(spec, {
    name: name ?? files.what,
    length,
    classes: classNames.length,
    classNames,
    inputShape,
    ...(attribution !== undefined && { attribution }),
    path: (index) => sample(index).path,
    label: (index) => sample(index).label,
    originalIndex(index) {
      sample(index);
      return index;
    },
    pixels,
    original: async (index) => decode(sample(index).path),
    async image(index) {
      const bytes = await pixels(index);
      const image = new Float32Array(bytes.length);
      for (let i = 0; i < bytes.length; i++) image[i] = bytes[i]! / 255;
      return image;
    },
  });
}

function resizing(
  size: ResizePixelsOptions['size'] | undefined,
  fitting: Omit<Partial<ResizePixelsOptions>, 'size'>,
): (pixels: Pixels) => Pixels {
  if (size !== undefined) return pixelResizer({ size, ...fitting });
  const stray = (['fit', 'shorterSide', 'filter'] as const).find((key) => fitting[key] !== undefined);
  requireArgument(stray === undefined, () => `${stray} says how images get a size: give the size too.`);
  return (pixels) => pixels;
}

function otherShape(
  { path, shape }: { readonly path: string; readonly shape: readonly number[] },
  firstPath: string,
  inputShape: ImageShape,
): KdError {
  const sameSize = shape[0] === inputShape[0] && shape[1] === inputShape[1];
  const advice = sameSize
    ? 'Say channels: 3 to read all as RGB, or channels: 1 as grey.'
    : 'Say a size, such as size: 224, to scale all to it.';
  return new KdError(
    'SHAPE_MISMATCH',
    `Image '${path}' is [${shape.join(', ')}], but '${firstPath}' is [${inputShape.join(', ')}]: height, width and channels must be those of the first image. ${advice}`,
  );
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
