import { openAsBlob } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { KdError } from 'kd-core';
import { extractArchive } from '../archives/extract-archive.ts';
import type { DatasetArchive, DatasetForm } from '../catalog/dataset-entry.ts';
import { checkFile } from './check-file.ts';
import type { OnDatasetProgress } from './progress.ts';
import { storing } from './storing.ts';

export interface PlaceArchiveOptions {
  /** The archive, checked. */
  readonly path: string;
  readonly archive: DatasetArchive;
  /** Whose archive it is. */
  readonly form: DatasetForm;
  /** The data set's folder. */
  readonly folder: string;
  readonly onProgress?: OnDatasetProgress | undefined;
}

/**
 * Unpacks an archive into the folder of its data set, and those that come in it, or copies a file that is read as it is. Files appear
 * there all at once.
 * Throws what `extractArchive` throws, `PARSE` for an archive without the folder that the catalogue says, and `STORAGE` when
 * files are in the way.
 */
export async function placeArchive(options: PlaceArchiveOptions): Promise<void> {
  const { path, archive, folder, onProgress } = options;
  if (archive.packing === 'none') return placeFile(path, join(folder, basename(path)));
  await mkdir(dirname(folder), { recursive: true });
  const unpacked = join(dirname(folder), `.${basename(folder)}-unpacked`);
  await removeLeftOver(unpacked);
  try {
    await extractArchive(await openAsBlob(path), unpacked, {
      what: `'${path}'`,
      onProgress: (done, all) => onProgress?.({ action: 'unpacking', file: archive.file, done, all }),
    });
    await moveInto(join(unpacked, archive.root ?? ''), { path, archive, folder });
  } finally {
    await removeLeftOver(unpacked);
  }
  await placeNested(options);
}

/** Archives that another one has brought. */
async function placeNested({ archive, form, folder, onProgress }: PlaceArchiveOptions): Promise<void> {
  for (const inner of form.archives.filter(({ within }) => within === archive.file)) {
    const path = join(folder, inner.file);
    const problem = await checkFile(path, inner);
    if (problem !== undefined) throw new KdError('VERIFICATION', `'${path}' is damaged: ${problem}.`);
    await placeArchive({ path, archive: inner, form, folder, onProgress });
    await rm(path);
  }
}

/** Copies a file, as one that is there completely or not at all. */
export async function placeFile(path: string, target: string): Promise<void> {
  await storing(target, async () => {
    await mkdir(dirname(target), { recursive: true });
    const temporary = `${target}.copying`;
    await copyFile(path, temporary);
    await rename(temporary, target);
  });
}

/** A folder of the same name that holds another form stays as it is: this one goes below it, where readers look as well. */
async function moveInto(
  source: string,
  { path, archive, folder }: Pick<PlaceArchiveOptions, 'path' | 'archive' | 'folder'>,
): Promise<void> {
  const { root = '', into = '' } = archive;
  const wanted = join(folder, into);
  const target = root !== '' && into === '' && !(await isFree(wanted)) ? join(folder, root) : wanted;
  if (!(await isFree(target))) {
    throw new KdError(
      'STORAGE',
      `'${path}' cannot be unpacked into '${target}', which holds other files. Remove them, or choose another folder.`,
    );
  }
  if ((await readdir(source).catch(() => undefined)) === undefined) {
    throw new KdError('PARSE', `'${path}' has no folder '${root}', which should hold the data.`);
  }
  await storing(target, async () => {
    await mkdir(dirname(target), { recursive: true });
    await rmdir(target).catch(ignoreMissing);
    await rename(source, target);
  });
}

async function isFree(folder: string): Promise<boolean> {
  const held = await readdir(folder).catch(ignoreMissing);
  return held === undefined || held.length === 0;
}

/** What an unpacking has left that was killed. */
async function removeLeftOver(unpacked: string): Promise<void> {
  const parent = dirname(unpacked);
  const names = (await readdir(parent)).filter((name) => name.startsWith(basename(unpacked)));
  await Promise.all(names.map((name) => rm(join(parent, name), { recursive: true, force: true })));
}

function ignoreMissing(cause: unknown): undefined {
  if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
  throw cause;
}
