import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { KdError } from 'kd-core';
import { type AsyncDataset, type Dataset, imageFileDataset, publishedImages } from 'kd-data';
import { openImageFiles } from 'kd-data/node';
import { UsageError } from '../cli/usage-error.ts';
import { openData } from '../pipeline/open-data.ts';
import type { ImageWish } from './image-options.ts';

export interface EvalDataWish extends ImageWish {
  /** `digits`, or the path of an archive or a folder of images. */
  readonly data: string;
  readonly split: string | undefined;
  /** Path of a text file with the name of a class in each line, in label order. */
  readonly classNames: string | undefined;
}

const digitParts = ['test', 'validation', 'train'] as const;

/**
 * The images to evaluate on. Of the digits, those of the part that `kd distill` keeps for its report, unless told otherwise.
 * Throws `STORAGE` for what cannot be read, and what the readers of `kd-data` throw.
 */
export async function openEvalData(wish: EvalDataWish): Promise<Dataset | AsyncDataset> {
  return wish.data === 'digits' ? openDigits(wish) : openImages(wish);
}

async function openDigits({
  split = 'test',
  channels,
  classNames,
  size,
  layout,
}: EvalDataWish): Promise<Dataset> {
  const part = digitParts.find((each) => each === split);
  if (part === undefined) {
    throw new UsageError(`--split of the digits must be one of ${digitParts.join(', ')}, got '${split}'.`);
  }
  if (channels === 3 || classNames !== undefined || size !== undefined || layout !== undefined) {
    throw new UsageError(
      '--channels, --size, --layout and --class-names are for images in files; the digits are grey, 8x8 and named.',
    );
  }
  const dataset = (await openData({ dataset: { name: 'digits' } }))[part];
  return { ...dataset, name: `digits (${part})` };
}

async function openImages(wish: EvalDataWish): Promise<AsyncDataset> {
  const { data, split, channels, classNames, size, shorterSide, layout } = wish;
  const reading = {
    name: basename(data),
    ...(channels !== undefined && { channels }),
    ...(size !== undefined && { size }),
    ...(shorterSide !== undefined && { shorterSide }),
  };
  if (layout === undefined) {
    return imageFileDataset(await openImageFiles(data), {
      ...reading,
      ...(split !== undefined && { split }),
      ...(classNames !== undefined && { classNames: await readNames(classNames) }),
    });
  }
  if (split === undefined || classNames !== undefined) {
    throw new UsageError(
      `--layout ${layout} needs --split, the part to read, and no --class-names: labels are those of its authors.`,
    );
  }
  return publishedImages({ dataset: layout, part: split, files: await openImageFiles(data), ...reading });
}

async function readNames(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : message;
    throw new KdError('STORAGE', `Cannot read '${path}': ${reason}.`, { cause });
  });
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
