import { KdError, requireArgument } from 'kd-core';
import { type AsyncDataset, type ImageShape, requireIndex } from '../dataset.ts';
import { builtInDecoder } from '../images/built-in-decoder.ts';
import type { ImageDecoder } from '../images/image-decoder.ts';
import type { ImageChannels } from '../images/pixels.ts';
import { type FileLayoutOptions, layOutFiles } from './file-layout.ts';

/** Files that are read when they are asked for. */
export interface ImageFiles {
  /** Names the place in messages, such as `The archive 'test.zip'`. */
  readonly what: string;
  /** Paths below the place, with slashes. */
  readonly paths: readonly string[];
  read(path: string): Promise<Uint8Array>;
}

export interface ImageFileOptions extends Omit<FileLayoutOptions, 'extensions'> {
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
  /** Pixels 0..255 of a sample as they were decoded, row-major [height, width, channels]. */
  pixels(index: number): Promise<Uint8Array>;
}

/**
 * A data set of image files with the classes that their paths tell. The first image is decoded at once and says the
 * shape of all. Throws what `layOutFiles` and the decoder throw; reading an image of another shape throws
 * `SHAPE_MISMATCH`. Every message about an image names its file.
 */
export async function imageFileDataset(
  files: ImageFiles,
  { name, channels, attribution, decoder = builtInDecoder, ...layout }: ImageFileOptions,
): Promise<ImageFileDataset> {
  requireArgument(
    channels === undefined || channels === 1 || channels === 3,
    () => `channels must be 1 (grey) or 3 (RGB), got ${channels}.`,
  );
  const { classNames, files: samples } = layOutFiles(
    files.paths,
    { ...layout, extensions: decoder.extensions },
    files.what,
  );
  const { length } = samples;
  const decode = async (path: string) =>
    decoder.decode(await files.read(path), {
      what: `Image '${path}' of ${lowerFirst(files.what)}`,
      ...(channels !== undefined && { channels }),
    });
  const first = await decode(samples[0]!.path);
  const inputShape: ImageShape = [first.height, first.width, first.channels];
  const sample = (index: number): (typeof samples)[number] => {
    requireIndex(index, length, files.what);
    return samples[index]!;
  };
  const pixels = async (index: number): Promise<Uint8Array> => {
    const { path } = sample(index);
    const image = await decode(path);
    const shape = [image.height, image.width, image.channels];
    if (shape.join() !== inputShape.join()) throw otherShape({ path, shape }, samples[0]!.path, inputShape);
    return image.data;
  };
  return {
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
    async image(index) {
      const image = Float32Array.from(await pixels(index));
      for (let i = 0; i < image.length; i++) image[i]! /= 255;
      return image;
    },
  };
}

function otherShape(
  { path, shape }: { readonly path: string; readonly shape: readonly number[] },
  firstPath: string,
  inputShape: ImageShape,
): KdError {
  const sameSize = shape[0] === inputShape[0] && shape[1] === inputShape[1];
  const advice = sameSize
    ? 'Say channels: 3 to read all as RGB, or channels: 1 as grey.'
    : 'Scale all images to one size first.';
  return new KdError(
    'SHAPE_MISMATCH',
    `Image '${path}' is [${shape.join(', ')}], but '${firstPath}' is [${inputShape.join(', ')}]: height, width and channels must be those of the first image. ${advice}`,
  );
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
