import { requireArgument } from 'kd-core';
import { cutout, type NormalizeOptions, randomCrop, randomHorizontalFlip, type Transform } from 'kd-data';
import type { AugmentationConfig, NormalizationConfig } from './augmentation-config.ts';

export function buildTransforms({
  padding = 0,
  flip = 0,
  cutout: hole = 0,
}: AugmentationConfig = {}): Transform[] {
  return [
    ...(padding > 0 ? [randomCrop({ padding })] : []),
    ...(flip > 0 ? [randomHorizontalFlip({ probability: flip })] : []),
    ...(hole > 0 ? [cutout({ size: hole })] : []),
  ];
}

/** For images of `channels` channels. Throws `INVALID_ARGUMENT` for lists of another length. */
export function buildNormalization(
  { mean, standardDeviation }: NormalizationConfig,
  channels: number,
): NormalizeOptions {
  const perChannel = (name: string, value: number | readonly number[]): readonly number[] => {
    if (typeof value === 'number') return new Array<number>(channels).fill(value);
    requireArgument(
      value.length === channels,
      () =>
        `normalization.${name} has ${value.length} values, but the images have ${channels} channel${channels === 1 ? '' : 's'}. Give one for each, or one number for all.`,
    );
    return value;
  };
  return {
    mean: perChannel('mean', mean),
    standardDeviation: perChannel('standardDeviation', standardDeviation),
  };
}
