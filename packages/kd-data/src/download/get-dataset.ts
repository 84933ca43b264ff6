import { rm, rmdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { KdError, requireArgument } from 'kd-core';
import { makeFolder } from 'kd-core/node';
import { datasetEntry } from '../catalog/catalog.ts';
import type { DatasetArchive, DatasetEntry, DatasetForm } from '../catalog/dataset-entry.ts';
import { dataFolder, datasetFolder } from '../files/data-folder.ts';
import { checkFile } from './check-file.ts';
import { downloadFile } from './download-file.ts';
import { takeGivenFiles } from './given-files.ts';
import { heldParts, type LocatedDataset, locateDataset } from './locate-dataset.ts';
import { partialPath } from './partial-file.ts';
import { placeArchive } from './place-archive.ts';
import type { OnDatasetProgress } from './progress.ts';
import { requireSpace } from './require-space.ts';
import { storing } from './storing.ts';
import { wantedArchives } from './wanted-archives.ts';

export interface GetDatasetOptions {
  /** A name of the catalogue, or what is known of another one. */
  readonly dataset: string | DatasetEntry;
  /** The folder of all data sets, in which this one gets a folder of its own. Default `dataFolder()`. */
  readonly root?: string | undefined;
  /** The way in which it is published. Default: any that is there, or else the first one of the catalogue. */
  readonly form?: string | undefined;
  /** Default: all. Parts that come in one archive come together. */
  readonly parts?: readonly string[] | undefined;
  /** Files that are on disk: a folder of archives or of what they unpack to, or an archive. Nothing is fetched then. */
  readonly from?: string | undefined;
  /** Whether unpacked files of `from` are linked to and not copied. Default false. */
  readonly link?: boolean;
  /** An address that has the archives under their names, asked before those of the catalogue. */
  readonly mirror?: string | undefined;
  /** Whether archives stay in `root/downloads` when they are unpacked. Default false. */
  readonly keepArchives?: boolean;
  readonly onProgress?: OnDatasetProgress;
  /** Ends a transfer. What has come stays, and the next call goes on with it. */
  readonly signal?: AbortSignal;
}

export interface GotDataset extends LocatedDataset {
  /** Whether it was there already. */
  readonly wasThere: boolean;
}

interface Job extends GetDatasetOptions {
  readonly entry: DatasetEntry;
  readonly chosen: DatasetForm;
  readonly wanted: readonly string[];
  readonly rootFolder: string;
  /** The data set's folder. */
  readonly folder: string;
}

/**
 * Puts a data set into `root/NAME`: fetched and checked (`downloadFile`), or taken from files on disk, and unpacked
 * (`extractArchive`). Archives in `root/downloads`, also those that were put there by hand, are not fetched again. What is there completely,
 * there or where a package of the operating system has put it, is left as it is.
 *
 * Throws `INVALID_ARGUMENT` for an unknown name, form or part, and for `from` with other files; `UNSUPPORTED` with the way to come by it for
 * data that nobody may hand on; `VERIFICATION` for a file that is not the one of the catalogue; `STORAGE` for too little room and files in the
 * way; and what `downloadFile` and `extractArchive` throw.
 */
export async function getDataset(options: GetDatasetOptions): Promise<GotDataset> {
  const job = plan(options);
  const { entry, wanted, form, from, rootFolder, folder, chosen } = job;
  const there = locateDataset(entry, { root: rootFolder, form });
  const isComplete = there !== undefined && wanted.every((part) => there.parts.includes(part));
  if (isComplete && (from === undefined || there.by === undefined)) return { ...there, wasThere: true };

  if (from === undefined) await fetchAll(job);
  else {
    await takeGivenFiles({
      entry,
      forms: form === undefined ? entry.forms : [chosen],
      parts: wanted,
      from,
      folder,
      link: options.link ?? false,
      signal: options.signal,
      onProgress: options.onProgress,
    });
  }
  const got = locateDataset(entry, { root: rootFolder, form });
  const missing = wanted.filter((part) => !(got?.parts.includes(part) ?? false));
  if (got !== undefined && missing.length === 0) return { ...got, wasThere: false };
  throw new KdError(
    'STORAGE',
    `'${folder}' lacks ${missing.map((part) => `'${part}'`).join(', ')} of ${entry.title}. It should have: ${chosen.layout} If other parts will do, name them (parts).`,
    { details: { folder, missing } },
  );
}

function plan(options: GetDatasetOptions): Job {
  const { dataset, root, form, parts, mirror } = options;
  const entry = typeof dataset === 'string' ? datasetEntry(dataset) : dataset;
  const chosen = form === undefined ? entry.forms[0] : entry.forms.find((each) => each.name === form);
  if (chosen === undefined) {
    const forms = entry.forms.map((each) => `'${each.name}'`).join(', ');
    throw new KdError('INVALID_ARGUMENT', `${entry.title} has no form '${form}'. It has ${forms}.`);
  }
  const known = Object.keys(entry.splits);
  for (const part of parts ?? []) {
    requireArgument(
      known.includes(part),
      () => `${entry.title} has no part '${part}'. It has ${known.map((each) => `'${each}'`).join(', ')}.`,
    );
  }
  requireArgument(
    mirror === undefined || /^https?:\/\//.test(mirror),
    () => `mirror must begin with https:// or http://, got '${mirror}'.`,
  );
  const rootFolder = root === undefined ? dataFolder() : resolve(root);
  return {
    ...options,
    entry,
    chosen,
    wanted: parts ?? known,
    rootFolder,
    folder: datasetFolder(entry.name, rootFolder),
  };
}

/** Where archives stay until they are unpacked. */
function downloadFolder({ rootFolder }: Job): string {
  return join(rootFolder, 'downloads');
}

async function fetchAll(job: Job): Promise<void> {
  const { chosen, wanted, folder, keepArchives = false, onProgress, signal, rootFolder } = job;
  const held = heldParts(chosen, folder);
  const missing = wanted.filter((part) => !held.includes(part));
  const archives = wantedArchives(chosen, missing);
  // Those that come in another one are unpacked with it.
  const outer = archives.filter(({ within }) => within === undefined);
  if (outer.length === 0) throw unavailable(job, undefined);
  for (const archive of outer) {
    if (placesOf(job, archive).length === 0 && (await isMissing(pathOf(job, archive)))) {
      throw unavailable(job, archive);
    }
  }
  await storing(rootFolder, () => makeFolder(rootFolder));
  await requireSpace(rootFolder, await missingBytes(job, outer));
  for (const archive of outer) {
    const path = await fetchArchive(job, archive);
    if (archive.packing === 'none') continue;
    signal?.throwIfAborted();
    await placeArchive({ path, archive, form: chosen, folder, onProgress });
    if (!keepArchives) await rm(path);
  }
  await rmdir(downloadFolder(job)).catch(() => undefined);
}

async function fetchArchive(job: Job, archive: DatasetArchive): Promise<string> {
  const { file, bytes, checksums } = archive;
  const { onProgress, signal } = job;
  const path = pathOf(job, archive);
  const onCheck = (done: number, all: number): void => onProgress?.({ action: 'checking', file, done, all });
  const urls = placesOf(job, archive);
  if (urls.length === 0) {
    const problem = await checkFile(path, { bytes, checksums, signal, onCheck });
    if (problem === undefined) return path;
    throw new KdError('VERIFICATION', `'${path}' is not the file that the catalogue knows: ${problem}.`);
  }
  await downloadFile({
    urls,
    path,
    bytes,
    checksums,
    signal,
    onProgress: (done, all) => onProgress?.({ action: 'downloading', file, done, all }),
    onCheck,
  });
  return path;
}

function placesOf({ mirror }: Job, { file, urls }: DatasetArchive): readonly string[] {
  return mirror === undefined ? urls : [`${mirror.replace(/\/$/, '')}/${file}`, ...urls];
}

/** What is read as it is comes to its place at once. */
function pathOf(job: Job, { file, packing }: DatasetArchive): string {
  return join(packing === 'none' ? job.folder : downloadFolder(job), file);
}

async function isMissing(path: string): Promise<boolean> {
  return (await sizeOf(path)) === undefined;
}

async function sizeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.size;
}

/** What has still to come, and once more as much for what is unpacked; archives of unknown size count nothing. */
async function missingBytes(job: Job, archives: readonly DatasetArchive[]): Promise<number> {
  let total = 0;
  for (const archive of archives) {
    const { bytes = 0, packing } = archive;
    const path = pathOf(job, archive);
    const held = (await sizeOf(path)) ?? (await sizeOf(partialPath(path))) ?? 0;
    total += Math.max(0, bytes - held) + (packing === 'none' ? 0 : bytes);
  }
  return total;
}

/** Data that can be had on request only, or from no single place. */
function unavailable({ entry, chosen, folder }: Job, archive: DatasetArchive | undefined): KdError {
  const access =
    archive?.access ?? `No place that hands it out is known; it is described at ${entry.homepage}.`;
  const files = chosen.archives.map(({ file }) => file).join(', ');
  return new KdError(
    'UNSUPPORTED',
    `${entry.title} cannot be fetched. ${access} Then give the folder that holds ${files === '' ? 'it' : `${files} or what they unpack to`}: kd data get ${entry.name} --from FOLDER puts it into '${folder}'. Layout: ${chosen.layout}`,
    { details: { dataset: entry.name } },
  );
}
