import { openAsBlob } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { KdError } from 'kd-core';
import { extractArchive } from '../archives/extract-archive.ts';
import type { DatasetArchive, DatasetEntry, DatasetForm } from '../catalog/dataset-entry.ts';
import { downloadFile } from './download-file.ts';
import { verifyArchive } from './verify-archive.ts';

/** What is done to a file, and how far it is: bytes of a download, files of an archive. */
export type OnDatasetProgress = (
  step: 'download' | 'verify' | 'unpack',
  file: string,
  done: number,
  all: number | undefined,
) => void;

export interface GetDatasetOptions {
  /** Of the catalogue: `datasetEntry(name)`. */
  readonly entry: DatasetEntry;
  /** Where the data set goes: a folder that is not there or is empty. */
  readonly folder: string;
  /** Which of the entry's forms; by default the first. */
  readonly form?: string;
  /** An archive that is on disk already, or a folder with archives, instead of a download. They are left as they are. */
  readonly from?: string;
  readonly onProgress?: OnDatasetProgress;
  /** Ends a download, from which a later call goes on. */
  readonly signal?: AbortSignal;
}

/**
 * Brings a data set of the catalogue into a folder: downloads its archives, going on where an earlier call was cut off, or takes them from
 * `from`, compares them with their published checksums, and unpacks them (see `extractArchive`). The folder is there when all
 * of it is. Downloads wait in `<folder>.download` meanwhile.
 *
 * Throws `UNSUPPORTED` for a data set that is handed out on request only, with the way to it; `VERIFICATION` for a file that is
 * not what was published; `STORAGE` for what cannot be read, written or downloaded; and what `extractArchive` throws.
 */
export async function getDataset(options: GetDatasetOptions): Promise<void> {
  const { entry, folder, from } = options;
  await requireFree(folder);
  const { archives } = formOf(entry, options.form);
  const first = archives[0];
  if (first === undefined) throw notPublished(entry, 'Nobody hands it out as it is.');
  const given = from === undefined ? undefined : await givenFiles(from, archives);
  const packed = first.packing !== 'none';
  // An archive within another comes with it, unless it was given by itself.
  const wanted = packed ? [archives.find(({ file }) => given?.has(file) === true) ?? first] : archives;
  const staging = `${folder}.download`;
  await mkdir(staging, { recursive: true });
  const files = new Map<DatasetArchive, string>();
  for (const archive of wanted) files.set(archive, await obtain(archive, { ...options, given, staging }));
  if (packed) await unpack(wanted[0]!, files.get(wanted[0]!)!, archives, { ...options, staging });
  else await gather(files, { folder, staging });
  await rm(staging, { recursive: true, force: true });
}

function formOf(entry: DatasetEntry, name: string | undefined): DatasetForm {
  const form = name === undefined ? entry.forms[0] : entry.forms.find((each) => each.name === name);
  if (form !== undefined) return form;
  const known = entry.forms.map((each) => `'${each.name}'`).join(', ');
  throw new KdError('INVALID_ARGUMENT', `${entry.title} has the forms ${known}, not '${name}'.`);
}

/** The archives that are at `from`, by their names. */
async function givenFiles(
  from: string,
  archives: readonly DatasetArchive[],
): Promise<ReadonlyMap<string, string>> {
  const found = await stat(from).catch(() => undefined);
  if (found === undefined)
    throw new KdError('STORAGE', `Cannot take the data set from '${from}': it is not there.`);
  const names = found.isDirectory() ? await readdir(from) : [basename(from)];
  const paths = archives
    .filter(({ file }) => names.includes(file))
    .map(({ file }): [string, string] => [file, found.isDirectory() ? join(from, file) : from]);
  if (paths.length > 0) return new Map(paths);
  const wanted = archives.map(({ file }) => `'${file}'`).join(', ');
  throw new KdError(
    'STORAGE',
    `'${from}' ${found.isDirectory() ? 'holds none' : 'is none'} of ${wanted}. If it holds the unpacked files, name that folder where the data set is used.`,
  );
}

interface Obtaining extends GetDatasetOptions {
  readonly given: ReadonlyMap<string, string> | undefined;
  readonly staging: string;
}

/** The path of an archive that is what was published. */
async function obtain(
  archive: DatasetArchive,
  { entry, given, staging, onProgress, signal }: Obtaining,
): Promise<string> {
  const { file, urls, bytes } = archive;
  const verify = async (path: string): Promise<void> => {
    onProgress?.('verify', file, 0, undefined);
    await verifyArchive(path, archive);
  };
  if (given !== undefined) {
    const path = given.get(file);
    if (path === undefined)
      throw new KdError('STORAGE', `'${file}' is missing beside '${[...given.keys()][0]}'.`);
    await verify(path);
    return path;
  }
  if (urls.length === 0) throw notPublished(entry, archive.access ?? '');
  const path = join(staging, file);
  // One that an earlier call has completed was verified then, and is now again.
  if ((await stat(path).catch(() => undefined)) !== undefined) {
    await verify(path);
    return path;
  }
  await downloadFile({
    urls,
    path,
    verify,
    onProgress: (done, all) => onProgress?.('download', file, done, all),
    ...(bytes !== undefined && { bytes }),
    ...(signal !== undefined && { signal }),
  });
  return path;
}

async function unpack(
  archive: DatasetArchive,
  path: string,
  all: readonly DatasetArchive[],
  { folder, staging, onProgress }: GetDatasetOptions & { readonly staging: string },
): Promise<void> {
  const extract = async ({ file }: DatasetArchive, source: string, target: string): Promise<void> =>
    extractArchive(await openAsBlob(source), target, {
      what: `the archive '${file}'`,
      onProgress: (done, count) => onProgress?.('unpack', file, done, count),
    });
  const unpacked = join(staging, 'unpacked');
  await rm(unpacked, { recursive: true, force: true });
  await extract(archive, path, unpacked);
  for (const inner of all.filter((each) => each !== archive)) {
    const place = join(unpacked, archive.root ?? '', inner.file);
    if ((await stat(place).catch(() => undefined)) === undefined) continue;
    await verifyArchive(place, inner);
    await extract(inner, place, join(unpacked, inner.file.replace(/\..*$/, '-unpacked')));
    await rm(place);
  }
  await moveInto(folder, () => rename(unpacked, folder));
}

async function gather(
  files: ReadonlyMap<DatasetArchive, string>,
  { folder, staging }: { readonly folder: string; readonly staging: string },
): Promise<void> {
  const gathered = join(staging, 'gathered');
  await mkdir(gathered, { recursive: true });
  for (const [{ file }, path] of files) {
    const isDownload = path === join(staging, file);
    await moveInto(folder, () =>
      isDownload ? rename(path, join(gathered, file)) : copyFile(path, join(gathered, file)),
    );
  }
  await moveInto(folder, () => rename(gathered, folder));
}

async function moveInto(folder: string, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (cause) {
    throw new KdError('STORAGE', `Cannot write '${folder}': ${(cause as Error).message}.`, { cause });
  }
}

async function requireFree(folder: string): Promise<void> {
  const held = await readdir(folder).catch(() => []);
  if (held.length === 0) return;
  throw new KdError(
    'STORAGE',
    `'${folder}' holds '${held[0]}' and is not written over. Remove it, or choose another folder.`,
  );
}

function notPublished({ title, homepage, forms }: DatasetEntry, access: string): KdError {
  const layout = forms[0]?.layout ?? '';
  return new KdError(
    'UNSUPPORTED',
    `${title} cannot be downloaded from here. ${access} See ${homepage}. Arrange its files like this, and name the folder where the data set is used: ${layout}`,
  );
}
