import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import type { DatasetForm } from '../catalog/dataset-entry.ts';

/** A part of a data set that is there. */
export interface HeldPart {
  /** The folder that its names start at. */
  readonly place: string;
  readonly paths: readonly string[];
}

/** A part of a form that is completely in `folder`, or below it in the folder that an archive of it unpacks to. */
export function heldPart(form: DatasetForm, part: string, folder: string): HeldPart | undefined {
  for (const names of partNames(form, part)) {
    for (const place of placesIn(folder, form)) {
      const paths = names.map((name) => join(place, name));
      if (paths.every(isReadable)) return { place, paths };
    }
  }
  return undefined;
}

/** The names of a part's files, as published, and without the endings of compressed ones. */
export function partNames({ parts }: DatasetForm, part: string): readonly (readonly string[])[] {
  const names = parts[part] ?? [];
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
