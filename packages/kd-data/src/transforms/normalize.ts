import { KdError, requireArgument } from 'kd-core';
import { requireNumbers } from './require-options.ts';
import { describedTransform, type Transform } from './transform.ts';

export interface NormalizeOptions {
  /** One value for each channel, in the units of the pixels (0..1). */
  readonly mean: readonly number[];
  /** One positive value for each channel. */
  readonly standardDeviation: readonly number[];
}

/**
 * `(pixel - mean) / standardDeviation` for each channel; `channelStatistics` measures both.
 * Throws `INVALID_ARGUMENT` for values that are not finite or a deviation that is not positive, and
 * `SHAPE_MISMATCH` when an image has another number of channels.
 */
export function normalize({ mean, standardDeviation }: NormalizeOptions): Transform {
  requireNumbers('mean', mean);
  requireNumbers('standardDeviation', standardDeviation);
  const channels = mean.length;
  requireArgument(
    channels > 0 && standardDeviation.length === channels,
    () =>
      `mean and standardDeviation must have one value for each channel, got ${channels} and ${standardDeviation.length}.`,
  );
  requireArgument(
    standardDeviation.every((value) => value > 0),
    () =>
      `standardDeviation must be above 0, got [${standardDeviation.join(', ')}]. Drop channels that never vary.`,
  );

  return describedTransform(
    { name: 'normalize', options: { mean, standardDeviation } },
    ({ data, shape }) => {
      if (shape[2] !== channels) {
        throw new KdError(
          'SHAPE_MISMATCH',
          `normalize was made for ${channels} channels, but the image has shape [${shape.join(', ')}].`,
        );
      }
      const normalized = new Float32Array(data.length);
      for (let channel = 0; channel < channels; channel++) {
        const shift = mean[channel]!;
        const scale = standardDeviation[channel]!;
        for (let i = channel; i < data.length; i += channels) normalized[i] = (data[i]! - shift) / scale;
      }
      return { data: normalized, shape };
    },
  );
}
