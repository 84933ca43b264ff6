import { KdError } from 'kd-core';
import { textOf } from '../csv/read-rows.ts';
import type { FileLayout } from '../image-files/file-layout.ts';
import type { ImageFiles } from '../image-files/image-files.ts';
import {
  type ImageFileDataset,
  type ImageReadingOptions,
  labelledImages,
} from '../image-files/labelled-images.ts';
import { type ManifestSample, parseManifest } from './parse-manifest.ts';

export interface ManifestImagesOptions extends ImageReadingOptions {
  /** Path of the list among the files: `.csv` or `.json`, see `parseManifest`. Its own paths start at its folder. */
  readonly manifest: string;
  /** The samples to take; needed when the list names splits. */
  readonly split?: string;
  /**
   * Class names in label order. By default, labels that are all numbers are classes of these numbers, and names are classes in
   * sorted order, whatever the split.
   */
  readonly classNames?: readonly string[];
}

/**
 * The images of a list with their classes, in the order of the list, from a folder or an archive that holds both. Throws
 * `PARSE` for a damaged list, `INVALID_ARGUMENT` for labels that are no classes and files that are not there, with their
 * names, and what `labelledImages` throws.
 */
export async function manifestImages(
  files: ImageFiles,
  { manifest, split, classNames, ...reading }: ManifestImagesOptions,
): Promise<ImageFileDataset> {
  const what = `the list '${manifest}'`;
  if (!files.paths.includes(manifest)) {
    throw new KdError('INVALID_ARGUMENT', `${files.what} has no file '${manifest}'.`);
  }
  const samples = parseManifest(textOf(await files.read(manifest), what), what);
  const chosen = takeSplit(samples, split, what);
  const names = classNames ?? classesOf(samples);
  const labels = new Map(names.map((name, label) => [name, label]));
  const folder = manifest.split('/').slice(0, -1);
  const layout: FileLayout = {
    classNames: names,
    files: chosen.map(({ path, label }) => ({
      path: within(folder, path),
      label: labelOf(label, labels, what),
    })),
  };
  requireFiles(layout, files, what);
  return labelledImages(files, layout, { name: manifest, ...reading });
}

function takeSplit(
  samples: readonly ManifestSample[],
  split: string | undefined,
  what: string,
): readonly ManifestSample[] {
  const splits = [...new Set(samples.map((sample) => sample.split))];
  const named = splits.flatMap((each) => (each === undefined ? [] : [`'${each}'`])).join(', ');
  if (split === undefined) {
    if (named === '') return samples;
    throw new KdError(
      'INVALID_ARGUMENT',
      `Images of ${what} are of the splits ${named}. Choose one of them by 'split'.`,
    );
  }
  const chosen = samples.filter((sample) => sample.split === split);
  if (chosen.length > 0) return chosen;
  throw new KdError(
    'INVALID_ARGUMENT',
    `No images of ${what} are of the split '${split}'; it has ${named || 'none'}.`,
  );
}

function classesOf(samples: readonly ManifestSample[]): readonly string[] {
  const found = [...new Set(samples.map(({ label }) => label))];
  // More digits than the number of classes of any data set has are names.
  const isNumbered = found.every((label) => /^\d{1,6}$/.test(label));
  if (!isNumbered) return found.sort();
  const largest = found.reduce((most, label) => Math.max(most, Number(label)), 0);
  return Array.from({ length: largest + 1 }, (_, label) => String(label));
}

/** A label is the name of a class, or else its number. */
function labelOf(label: string, labels: ReadonlyMap<string, number>, what: string): number {
  const named = labels.get(label);
  if (named !== undefined) return named;
  const number = /^\d+$/.test(label) ? Number(label) : Number.NaN;
  if (number < labels.size) return number;
  const known = [...labels.keys()].slice(0, 12).map((name) => `'${name}'`);
  throw new KdError(
    'INVALID_ARGUMENT',
    `${what} has the label '${label.slice(0, 40)}', which is none of the ${labels.size} classes ${known.join(', ')}${labels.size > 12 ? ', ...' : ''}.`,
  );
}

/** A path below `folder`, without `.` and `..`; slashes of Windows are slashes. */
function within(folder: readonly string[], path: string): string {
  const parts = [...folder];
  for (const part of path.replaceAll('\\', '/').split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

function requireFiles(layout: FileLayout, files: ImageFiles, what: string): void {
  const there = new Set(files.paths);
  const missing = layout.files.filter(({ path }) => !there.has(path));
  if (missing.length === 0) return;
  const count = missing.length === 1 ? 'an image that is' : `${missing.length} images that are`;
  throw new KdError(
    'INVALID_ARGUMENT',
    `${what} names ${count} not there, such as '${missing[0]!.path}' of ${layout.files.length}. Its paths start at its own folder.`,
  );
}
