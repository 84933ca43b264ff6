import { KdError } from 'kd-core';
import { datasetEntry } from '../catalog/catalog.ts';
import { datasetFolder } from './data-folder.ts';
import { heldPart, partNames } from './held-part.ts';

export interface FindDataFilesOptions {
  /** Of the catalogue. */
  readonly dataset: string;
  /** One of the entry's `splits`. */
  readonly part: string;
  /** By default where `getDataset` puts it (`datasetFolder`), or else where a package of the operating system does. */
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
  const usual = datasetFolder(dataset);
  const folders = folder === undefined ? [usual, ...installed.map((each) => each.folder)] : [folder];
  for (const form of forms) {
    for (const each of folders) {
      const held = heldPart(form, part, each);
      if (held !== undefined) return held.paths;
    }
  }
  const wanted = forms
    .flatMap((form) => partNames(form, part))
    .map((names) => names.map((name) => `'${name}'`).join(', '))
    .join(', or ');
  const others = installed.map((each) => `, nor in '${each.folder}', where ${each.by} puts it`).join('');
  const problem =
    folder === undefined
      ? `The part '${part}' of ${entry.title} is not in '${usual}'${others}. 'kd data get ${dataset}' fetches it; or say its folder.`
      : `'${folder}' does not hold the part '${part}' of ${entry.title}.`;
  const packed = forms.flatMap((form) => form.archives.filter(({ packing }) => packing !== 'none'));
  const archives = packed.map(({ file }) => file).join(' or ');
  const unpacked = archives === '' ? '' : ` ${archives}, unpacked, has them.`;
  throw new KdError('STORAGE', `${problem} It should have ${wanted}.${unpacked}`);
}
