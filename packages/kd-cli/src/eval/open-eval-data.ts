import { readFile } from 'node:fs/promises';
import type { AsyncDataset, Dataset, ImageChannels } from 'kd-data';
import { UsageError } from '../cli/usage-error.ts';
import { openData } from '../pipeline/open-data.ts';
import { openImages, readable } from '../pipeline/open-images.ts';

export interface EvalDataWish {
  /** `digits`, or the path of a ZIP archive or a folder of images. */
  readonly data: string;
  readonly split: string | undefined;
  readonly channels: ImageChannels | undefined;
  /** Path of a text file with the name of a class in each line, in label order. */
  readonly classNames: string | undefined;
}

const digitParts = ['test', 'validation', 'train'] as const;

/**
 * The images to evaluate on. Of the digits, those of the part that `kd distill` keeps for its report, unless told otherwise.
 * Throws `STORAGE` for what cannot be read, and what the readers of `kd-data` throw.
 */
export async function openEvalData(wish: EvalDataWish): Promise<Dataset | AsyncDataset> {
  return wish.data === 'digits' ? openDigits(wish) : openImageFiles(wish);
}

async function openDigits({ split = 'test', channels, classNames }: EvalDataWish): Promise<Dataset> {
  const part = digitParts.find((each) => each === split);
  if (part === undefined) {
    throw new UsageError(`--split of the digits must be one of ${digitParts.join(', ')}, got '${split}'.`);
  }
  if (channels === 3 || classNames !== undefined) {
    throw new UsageError(
      '--channels and --class-names are for images in files; the digits are grey and named.',
    );
  }
  const dataset = (await openData({ dataset: { name: 'digits' } }))[part];
  return { ...dataset, name: `digits (${part})` };
}

async function openImageFiles({ data, split, channels, classNames }: EvalDataWish): Promise<AsyncDataset> {
  return openImages(data, {
    ...(split !== undefined && { split }),
    ...(channels !== undefined && { channels }),
    ...(classNames !== undefined && { classNames: await readNames(classNames) }),
  });
}

async function readNames(path: string): Promise<string[]> {
  const text = await readable(path, () => readFile(path, 'utf8'));
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
