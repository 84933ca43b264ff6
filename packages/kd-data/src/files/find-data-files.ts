import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { KdError } from 'kd-core';
import { datasetEntry } from '../catalog/catalog.ts';
import type { DatasetForm } from '../catalog/dataset-entry.ts';

export interface FindDataFilesOptions {
  /** Of the catalogue. */
  readonly dataset: string;
  /** One of the entry's `splits`. */
  readonly part: string;
  /** By default, where a package of the operating system has put the data set. */
  readonly folder?: string | undefined;
}

/**
 * The paths of the files that hold a part of a data set, in the order of its samples: of the first form that is there
 * completely, in `folder` or below it in the folder that the archive unpacks to, packed by gzip or not. Throws `STORAGE`, with
 * the files that were looked for, when no form is there.
 */
export function findDataFiles({ dataset, part, folder }: FindDataFilesOptions): readonly string[] {
  const entry = datasetEntry(dataset);
  const forms = entry.forms.filter((form) => form.parts[part] !== undefined);
  const installed = entry.forms.flatMap((form) => form.installed ?? []);
  for (const form of forms) {
    for (const names of namesOf(form, part)) {
      for (const place of folder === undefined
        ? installed.map((each) => each.folder)
        : placesIn(folder, form)) {
        const paths = names.map((name) => join(place, name));
        if (paths.every(isReadable)) return paths;
      }
    }
  }
  const wanted = forms
    .flatMap((form) => namesOf(form, part))
    .map((names) => names.map((name) => `'${name}'`).join(', '))
    .join(', or ');
  const problem =
    folder !== undefined
      ? `'${folder}' does not hold the part '${part}' of ${entry.title}.`
      : installed.length > 0
        ? `${entry.title} is not in ${installed.map((each) => `'${each.folder}', where ${each.by} puts it`).join(', or ')}. Say its folder.`
        : `Say the folder of ${entry.title}.`;
  const packed = forms.flatMap((form) => form.archives.filter(({ packing }) => packing !== 'none'));
  const archives = packed.map(({ file }) => file).join(' or ');
  const unpacked = archives === '' ? '' : ` ${archives}, unpacked, has them.`;
  throw new KdError('STORAGE', `${problem} It should have ${wanted}.${unpacked}`);
}

function namesOf({ parts }: DatasetForm, part: string): readonly (readonly string[])[] {
  const names = parts[part]!;
  const unpacked = names.map((name) => name.replace(/\.gz$/, ''));
  return unpacked.join() === names.join() ? [names] : [names, unpacked];
}

function placesIn(folder: string, { archives }: DatasetForm): readonly string[] {
  const roots = archives.flatMap(({ root }) => (root === undefined ? [] : [root]));
  return [folder, ...roots.map((root) => join(folder, root))];
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
