import type { DatasetEntry } from 'kd-data';
import { type LocatedDataset, locateDataset } from 'kd-data/node';
import type { Colors } from '../cli/host.ts';
import { displayPath } from '../text/display-path.ts';
import { bytes, quantity } from '../text/format-number.ts';
import { table } from '../text/table.ts';

/** What `kd data list --json` says of a data set. */
export interface ListedDataset
  extends Pick<
    DatasetEntry,
    'name' | 'title' | 'homepage' | 'classes' | 'splits' | 'licence' | 'attribution' | 'citation'
  > {
  /** Null for images of many sizes. */
  readonly inputShape: readonly number[] | null;
  readonly forms: readonly string[];
  /** `embedded` needs nothing, `request` cannot be fetched by a program. */
  readonly availability: 'embedded' | 'download' | 'request';
  /** Of what would be fetched; null where it is not known. */
  readonly downloadBytes: number | null;
  /** Null when it is not on this machine. */
  readonly here: LocatedDataset | null;
}

/** The data sets of a catalogue, looked for in `root` and where packages of the operating system put them. */
export function listDatasets(catalog: readonly DatasetEntry[], root: string): readonly ListedDataset[] {
  return catalog.map((entry) => {
    const { name, title, homepage, classes, splits, licence, attribution, citation } = entry;
    return {
      name,
      title,
      homepage,
      classes,
      splits,
      inputShape: entry.inputShape ?? null,
      forms: entry.forms.map((form) => form.name),
      ...offer(entry),
      here: locateDataset(entry, { root }) ?? null,
      licence,
      attribution,
      citation,
    };
  });
}

function offer({ forms }: DatasetEntry): Pick<ListedDataset, 'availability' | 'downloadBytes'> {
  const [form] = forms;
  if (form === undefined || Object.keys(form.parts).length === 0) {
    return { availability: 'embedded', downloadBytes: 0 };
  }
  const archives = form.archives.filter(({ within }) => within === undefined);
  const sizes = archives.map((archive) => archive.bytes);
  const isOffered = archives.length > 0 && archives.every(({ urls }) => urls.length > 0);
  return {
    availability: isOffered ? 'download' : 'request',
    downloadBytes: sizes.some((size) => size === undefined)
      ? null
      : sizes.reduce<number>((sum, size) => sum + size!, 0),
  };
}

/** A table of data sets, and the terms of each below it. */
export function describeDatasets(
  listed: readonly ListedDataset[],
  { root, cwd, colors }: { readonly root: string; readonly cwd: string; readonly colors: Colors },
): string {
  const rows = listed.map((each) => [
    each.name,
    describeHere(each, cwd),
    String(each.classes),
    quantity(Object.values(each.splits).reduce((sum, samples) => sum + samples, 0)),
    each.inputShape?.join('x') ?? 'many',
    describeDownload(each),
  ]);
  const heading = ['name', 'here', 'classes', 'samples', 'image', 'download'];
  const width = Math.max(...listed.map(({ name }) => name.length));
  return [
    table([heading, ...rows], colors, { left: 2 }),
    '',
    'Licences',
    ...listed.map(({ name, licence }) => `  ${name.padEnd(width)}   ${licence}`),
    '',
    `Looked for in ${displayPath(root, cwd)}; --to or the variable KD_DATA name another folder.`,
  ].join('\n');
}

function describeHere({ here, splits }: ListedDataset, cwd: string): string {
  if (here === null) return 'no';
  if (here.folder === undefined) return 'yes';
  const parts = here.parts.length < Object.keys(splits).length ? ` (${here.parts.join(', ')})` : '';
  return displayPath(here.folder, cwd) + parts;
}

function describeDownload({ availability, downloadBytes }: ListedDataset): string {
  if (availability === 'embedded') return 'none';
  if (availability === 'request') return 'on request';
  return downloadBytes === null ? 'unknown' : bytes(downloadBytes);
}
