import { requireArgument } from 'kd-core';
import type { Preprocessing } from './preprocessing.ts';

/**
 * What the `preprocessor_config.json` of a Hugging Face repository says about a network's images: `do_rescale` and
 * `rescale_factor`, `do_normalize`, `image_mean` and `image_std`, and the size from `crop_size` or `size`. Nothing is resized
 * here: images must come in that size. Throws `INVALID_ARGUMENT` for what is no such configuration.
 */
export function huggingFacePreprocessor(config: unknown): Preprocessing {
  requireArgument(isRecord(config), () => 'preprocessor_config.json must be a JSON object.');
  const { do_rescale: rescales = true, rescale_factor: factor = 1 / 255 } = config;
  const { do_normalize: normalizes = true, image_mean: mean = 0, image_std: deviation = 1 } = config;
  requireArgument(
    typeof factor === 'number' && factor > 0,
    () => `rescale_factor must be above 0, got ${JSON.stringify(factor)}.`,
  );
  const inputSize = sizeOf(config);
  return {
    // Pixels are bytes there.
    range: rescales === false ? 255 : 255 * factor,
    ...(normalizes !== false && {
      mean: numbers(mean, 'image_mean'),
      standardDeviation: numbers(deviation, 'image_std'),
    }),
    ...(inputSize !== undefined && { inputSize }),
  };
}

function numbers(value: unknown, field: string): number | readonly number[] {
  const isValid =
    typeof value === 'number' || (Array.isArray(value) && value.every((each) => typeof each === 'number'));
  requireArgument(
    isValid,
    () => `${field} must be a number or a list of them, got ${JSON.stringify(value)}.`,
  );
  return value as number | readonly number[];
}

/** [height, width] after resizing and cropping; undefined where it depends on the image. */
function sizeOf(config: Readonly<Record<string, unknown>>): readonly [number, number] | undefined {
  const isCropped =
    config.do_center_crop === true || (config.do_center_crop === undefined && 'crop_size' in config);
  const size = isCropped ? config.crop_size : config.size;
  if (typeof size === 'number') return [size, size];
  if (!isRecord(size)) return undefined;
  const { height, width } = size;
  return typeof height === 'number' && typeof width === 'number' ? [height, width] : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
