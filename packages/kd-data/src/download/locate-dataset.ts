import { datasetEntry } from '../catalog/catalog.ts';
import type { DatasetEntry, DatasetForm } from '../catalog/dataset-entry.ts';
import { dataFolder, datasetFolder } from '../files/data-folder.ts';
import { heldPart } from '../files/held-part.ts';

export interface LocatedDataset {
  /** The name of the form that is there. */
  readonly form: string;
  /** Absent for data that a package contains. */
  readonly folder?: string;
  /** Who put it there, where it was not `getDataset`. */
  readonly by?: string;
  /** The parts that are there completely. */
  readonly parts: readonly string[];
}

export interface LocateDatasetOptions {
  /** The folder of all data sets. Default `dataFolder()`. */
  readonly root?: string;
  /** Default: any. */
  readonly form?: string | undefined;
}

/**
 * Where a data set, of the catalogue or another one, is on this machine: the form with the most parts in `root/NAME`, or else where a package of
 * the operating system puts it; undefined when nothing of it is there.
 */
export function locateDataset(
  dataset: string | DatasetEntry,
  { root = dataFolder(), form: wanted }: LocateDatasetOptions = {},
): LocatedDataset | undefined {
  const { name, forms, splits } = typeof dataset === 'string' ? datasetEntry(dataset) : dataset;
  const candidates = forms
    .filter((form) => wanted === undefined || form.name === wanted)
    .flatMap((form): LocatedDataset[] => {
      if (Object.keys(form.parts).length === 0) return [{ form: form.name, parts: Object.keys(splits) }];
      const folders = [{ folder: datasetFolder(name, root) }, ...(form.installed ?? [])];
      return folders.map((place) => ({
        ...place,
        form: form.name,
        parts: heldParts(form, place.folder),
      }));
    })
    .filter(({ parts }) => parts.length > 0);
  return candidates.sort((a, b) => b.parts.length - a.parts.length)[0];
}

/** The parts of a form that are completely in a folder. */
export function heldParts(form: DatasetForm, folder: string): readonly string[] {
  return Object.keys(form.parts).filter((part) => heldPart(form, part, folder) !== undefined);
}
