import { cp, readdir, rename, rm, stat, symlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { KdError } from 'kd-core';
import { makeFolder } from 'kd-core/node';
import type { DatasetArchive, DatasetEntry, DatasetForm } from '../catalog/dataset-entry.ts';
import { heldPart } from '../files/held-part.ts';
import { checkFile } from './check-file.ts';
import { fileDigest } from './file-digest.ts';
import { placeArchive, placeFile } from './place-archive.ts';
import type { OnDatasetProgress } from './progress.ts';
import { requireSpace } from './require-space.ts';
import { storing } from './storing.ts';
import { wantedArchives } from './wanted-archives.ts';

export interface GivenFilesOptions {
  readonly entry: DatasetEntry;
  readonly forms: readonly DatasetForm[];
  readonly parts: readonly string[];
  /** A folder of unpacked files or of archives, or an archive. */
  readonly from: string;
  /** The data set's folder. */
  readonly folder: string;
  readonly link: boolean;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: OnDatasetProgress | undefined;
}

/** Takes a data set from files that are on disk, and checks them as far as the catalogue knows them. */
export async function takeGivenFiles(options: GivenFilesOptions): Promise<void> {
  const from = resolve(options.from);
  const found = await stat(from).catch((cause: Error) => {
    throw new KdError('STORAGE', `Cannot read '${from}': ${cause.message}.`, { cause });
  });
  if (!found.isDirectory()) return takeArchives(options, [from]);
  const unpacked = options.forms.find((form) =>
    options.parts.every((part) => heldPart(form, part, from) !== undefined),
  );
  if (unpacked !== undefined) return takeUnpacked(options, unpacked, from);
  const names = new Set(await readdir(from));
  const archives = options.forms
    .map((form) => wantedArchives(form, options.parts).filter(({ file }) => names.has(file)))
    // One that comes in another one is unpacked with it.
    .map((each) => each.filter(({ within = '' }) => !names.has(within)))
    .find((each) => each.length > 0);
  if (archives === undefined) throw nothingOf(options, `'${from}' holds nothing of ${options.entry.title}`);
  return takeArchives(
    options,
    archives.map(({ file }) => join(from, file)),
  );
}

/** Archives are known by their names, or else by their digests. */
async function takeArchives(options: GivenFilesOptions, paths: readonly string[]): Promise<void> {
  const { forms, folder, onProgress, signal } = options;
  const known = forms.flatMap((form) => form.archives.map((archive) => ({ form, archive })));
  const checked: { path: string; form: DatasetForm; archive: DatasetArchive }[] = [];
  for (const path of paths) {
    const named = known.find(({ archive }) => archive.file === basename(path));
    if (named !== undefined) await requireGenuine(path, named.archive, { signal, onProgress });
    const found = named ?? (await sameDigest(known, path));
    if (found === undefined) throw nothingOf(options, `'${path}' is no file of ${options.entry.title}`);
    checked.push({ path, ...found });
  }
  await requireRoom(paths, dirname(folder));
  for (const each of checked) {
    signal?.throwIfAborted();
    await placeArchive({ ...each, folder, onProgress });
  }
}

/** Throws `STORAGE` unless `root`, which is made, has room for files as large as these. */
async function requireRoom(paths: readonly string[], root: string): Promise<void> {
  await storing(root, () => makeFolder(root));
  let total = 0;
  for (const path of paths) total += (await stat(path)).size;
  await requireSpace(root, total);
}

async function sameDigest<Known extends { readonly archive: DatasetArchive }>(
  known: readonly Known[],
  path: string,
): Promise<Known | undefined> {
  for (const each of known) {
    // What is read as it is keeps its name, by which it is found.
    const { packing } = each.archive;
    if (packing !== 'none' && (await checkFile(path, each.archive)) === undefined) return each;
  }
  return undefined;
}

/** Throws `VERIFICATION` unless a file is the one of the catalogue, or has its content compressed otherwise. */
async function requireGenuine(
  path: string,
  { file, bytes, checksums, contentSha256 }: DatasetArchive,
  { signal, onProgress }: Pick<GivenFilesOptions, 'signal' | 'onProgress'>,
): Promise<void> {
  const onCheck = (done: number, all: number): void =>
    onProgress?.({ action: 'checking', file: basename(path), done, all });
  const isRaw = file.endsWith('.gz') && !path.endsWith('.gz');
  // Of what MNIST's files have in them, no digest is known: their layout is checked when they are read.
  if (isRaw && contentSha256 === undefined) return;
  const problem = isRaw
    ? 'its content is another one'
    : await checkFile(path, { bytes, checksums, onCheck, signal });
  if (problem === undefined) return;
  if (contentSha256 !== undefined) {
    const digest = await fileDigest(path, { algorithm: 'sha256', gunzip: !isRaw, signal });
    if (digest === contentSha256) return;
  }
  throw new KdError(
    'VERIFICATION',
    `'${path}' is not the file ${file} that the catalogue knows: ${problem}. It may be damaged or incomplete: get it again.`,
    { details: { path, file } },
  );
}

async function takeUnpacked(
  { parts, folder, link, signal, onProgress }: GivenFilesOptions,
  form: DatasetForm,
  from: string,
): Promise<void> {
  const held = parts.map((part) => heldPart(form, part, from)!);
  const single = form.archives.filter(({ packing }) => packing === 'none');
  if (single.length === 0) {
    const { place } = held[0]!;
    return storing(folder, () => (link ? linkFolder(place, folder) : copyFolder(place, folder, onProgress)));
  }
  const paths = held.flatMap((part) => part.paths);
  for (const path of paths) {
    const archive = single.find(
      ({ file }) => file.replace(/\.gz$/, '') === basename(path).replace(/\.gz$/, ''),
    );
    if (archive !== undefined) await requireGenuine(path, archive, { signal, onProgress });
  }
  if (!link) await requireRoom(paths, dirname(folder));
  for (const [index, path] of paths.entries()) {
    signal?.throwIfAborted();
    const target = join(folder, basename(path));
    if (link) {
      await storing(target, async () => {
        await makeFolder(folder);
        await symlink(path, target);
      });
    } else await placeFile(path, target);
    onProgress?.({ action: 'copying', file: basename(folder), done: index + 1, all: paths.length });
  }
}

async function linkFolder(place: string, folder: string): Promise<void> {
  await makeFolder(dirname(folder));
  await replacing(folder, () => symlink(place, folder, 'junction'));
}

async function copyFolder(
  place: string,
  folder: string,
  onProgress: OnDatasetProgress | undefined,
): Promise<void> {
  const temporary = join(dirname(folder), `.${basename(folder)}-copying`);
  await makeFolder(dirname(folder));
  await rm(temporary, { recursive: true, force: true });
  let done = 0;
  try {
    await cp(place, temporary, {
      recursive: true,
      dereference: true,
      filter: () => {
        onProgress?.({ action: 'copying', file: basename(folder), done: ++done, all: undefined });
        return true;
      },
    });
    await replacing(folder, () => rename(temporary, folder));
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function replacing(folder: string, action: () => Promise<void>): Promise<void> {
  const held = await readdir(folder).catch(() => []);
  if (held.length > 0) {
    throw new KdError(
      'STORAGE',
      `'${folder}' holds '${held[0]}' and is not written over. Remove it, or choose another folder.`,
    );
  }
  await rm(folder, { recursive: true, force: true });
  await action();
}

function nothingOf({ entry, forms, parts }: GivenFilesOptions, problem: string): KdError {
  const files = forms.flatMap((form) => wantedArchives(form, parts).map(({ file }) => file));
  const archives = files.length === 0 ? '' : `, or its archives, ${files.join(', ')}`;
  const layouts = forms.map(({ layout }) => layout).join(' Or: ');
  return new KdError(
    'INVALID_ARGUMENT',
    `${problem}. It should have the files of ${entry.title}${archives}. ${layouts}`,
  );
}
