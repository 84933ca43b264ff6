import { requireArgument } from 'kd-core';
import { type NormalizeOptions, namedNormalization } from 'kd-data';
import type { NormalizationConfig, NormalizationNumbers } from './normalization-config.ts';

export interface ShownImages {
  readonly channels: number;
  /** The name of the data set that they are of. */
  readonly dataset: string;
}

/**
 * The constants that a configuration means, one for each channel. Throws `INVALID_ARGUMENT` for a name without constants, and
 * for lists of another length.
 */
export function buildNormalization(
  config: NormalizationConfig,
  { channels, dataset }: ShownImages,
): NormalizeOptions {
  const { mean, standardDeviation } = typeof config === 'string' ? constantsOf(config, dataset) : config;
  const perChannel = (name: string, value: number | readonly number[]): readonly number[] => {
    const values = typeof value === 'number' ? [value] : value;
    requireArgument(
      values.length === 1 || values.length === channels,
      () =>
        `normalization.${name} has ${values.length} values, but the images have ${channels} channel${channels === 1 ? '' : 's'}. Give one for each, or one number for all.`,
    );
    return values.length === channels ? values : new Array<number>(channels).fill(values[0]!);
  };
  return {
    mean: perChannel('mean', mean),
    standardDeviation: perChannel('standardDeviation', standardDeviation),
  };
}

/** Why a configuration of normalization cannot be built for `dataset`; `undefined` where it can. */
export function normalizationProblem(
  config: NormalizationConfig | undefined,
  dataset: string,
): string | undefined {
  if (config !== 'dataset' || namedNormalization(dataset) !== undefined) return undefined;
  return `must be numbers or the name of a published data set: no constants are known of '${dataset}'. channelStatistics of kd-data measures them.`;
}

type Constants = { readonly [Key in keyof NormalizationNumbers]: number | readonly number[] };

function constantsOf(name: string, dataset: string): Constants {
  const constants = namedNormalization(name === 'dataset' ? dataset : name);
  requireArgument(
    constants !== undefined,
    () => `normalization ${normalizationProblem('dataset', name === 'dataset' ? dataset : name)}`,
  );
  return constants;
}
