import { requireArgument } from 'kd-core';
import { namedNormalization, normalizationNames } from 'kd-data';
import { numbersOption, type ParsedOptions, textOption } from '../cli/options.ts';
import { UsageError } from '../cli/usage-error.ts';
import { didYouMean } from '../text/nearest.ts';

/** What is done with pixels from 0 to 1: `(pixel - mean) / standardDeviation`, one value of each a channel. */
export interface Normalization {
  /** Where the numbers come from, as a reader would say it. */
  readonly name: string;
  readonly mean: readonly number[];
  readonly standardDeviation: readonly number[];
}

const optionNames: readonly string[] = [...normalizationNames, 'none'];

/**
 * What the options ask for: `--normalize NAME`, or `--mean` and `--std`. 'none' is for pixels as they are; undefined when
 * nothing was said. A single value stands for every channel.
 */
export function normalizationOption(options: ParsedOptions): Normalization | 'none' | undefined {
  const name = textOption(options, 'normalize');
  const mean = numbersOption(options, 'mean');
  const standardDeviation = numbersOption(options, 'std');
  if (mean !== undefined || standardDeviation !== undefined) {
    if (name !== undefined)
      throw new UsageError('--normalize stands for --mean and --std; give one or the other.');
    if (mean === undefined || standardDeviation === undefined) {
      throw new UsageError(
        '--mean and --std go together: both are needed, one number a channel or one for all.',
      );
    }
    return { name: 'given', mean, standardDeviation };
  }
  if (name === undefined || name === 'none') return name;
  const named = namedNormalization(name);
  if (named !== undefined) {
    const { mean, standardDeviation } = named;
    return { name, mean, standardDeviation };
  }
  const known = optionNames.map((each) => `'${each}'`).join(', ');
  throw new UsageError(`--normalize must be one of ${known}, got '${name}'.${didYouMean(name, optionNames)}`);
}

/**
 * What a weights file says of itself: the metadata `mean` and `std`, lists of numbers in JSON or with commas. Undefined when
 * it has neither. Throws `INVALID_ARGUMENT` for one without the other, and for what are no numbers.
 */
export function normalizationIn(metadata: Readonly<Record<string, string>>): Normalization | undefined {
  const { mean, std } = metadata;
  if (mean === undefined && std === undefined) return undefined;
  return { name: "the file's own", mean: parse('mean', mean), standardDeviation: parse('std', std) };
}

function parse(key: string, text: string | undefined): readonly number[] {
  const parts = text?.replace(/^\s*\[|\]\s*$/g, '').split(',') ?? [];
  const numbers = parts.map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  requireArgument(
    numbers.length > 0 && numbers.every(Number.isFinite),
    () =>
      `The weights' metadata have ${key} = ${text === undefined ? 'nothing' : `'${text}'`}, but mean and std must both be lists of numbers. Say --mean and --std, or --normalize none.`,
  );
  return numbers;
}

/** The same for images of `channels` channels. Throws `INVALID_ARGUMENT` when there are other numbers of values. */
export function forChannels(normalization: Normalization, channels: number): Normalization {
  const spread = (what: string, values: readonly number[]): readonly number[] => {
    requireArgument(
      values.length === 1 || values.length === channels,
      () =>
        `The ${what} of '${normalization.name}' has ${values.length} values, but the images have ${channels} channel${channels === 1 ? '' : 's'}. Say --mean and --std, or --channels to read the images otherwise.`,
    );
    return values.length === channels ? values : new Array<number>(channels).fill(values[0]!);
  };
  return {
    name: normalization.name,
    mean: spread('mean', normalization.mean),
    standardDeviation: spread('standard deviation', normalization.standardDeviation),
  };
}
