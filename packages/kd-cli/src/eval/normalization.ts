import { requireArgument } from 'kd-core';
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

type Constants = Omit<Normalization, 'name'>;

/** The constants that published training code uses, by the data that they were measured on. */
const presets: Readonly<Record<string, Constants>> = {
  /** torchvision's reference training. */
  imagenet: { mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225] },
  cifar10: { mean: [0.4914, 0.4822, 0.4465], standardDeviation: [0.247, 0.2435, 0.2616] },
  /** RepDistiller (Tian et al. 2020) and mdistiller. */
  cifar100: { mean: [0.5071, 0.4867, 0.4408], standardDeviation: [0.2675, 0.2565, 0.2761] },
  mnist: { mean: [0.1307], standardDeviation: [0.3081] },
  /** To -1..1, as face networks and many exported ones expect. */
  symmetric: { mean: [0.5], standardDeviation: [0.5] },
};

const normalizationNames: readonly string[] = [...Object.keys(presets), 'none'];

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
  const preset = Object.hasOwn(presets, name) ? presets[name] : undefined;
  if (preset !== undefined) return { name, ...preset };
  const known = normalizationNames.map((each) => `'${each}'`).join(', ');
  throw new UsageError(
    `--normalize must be one of ${known}, got '${name}'.${didYouMean(name, normalizationNames)}`,
  );
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
