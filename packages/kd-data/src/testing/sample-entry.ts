import { createHash } from 'node:crypto';
import type { DatasetArchive, DatasetEntry } from '../catalog/dataset-entry.ts';

/** What a catalogue knows of a file. */
export function archiveOf(
  file: string,
  content: Uint8Array,
  rest: Partial<DatasetArchive> & Pick<DatasetArchive, 'packing'>,
): DatasetArchive {
  const md5 = createHash('md5').update(content).digest('hex');
  return { file, urls: [], bytes: content.length, checksums: { md5 }, ...rest };
}

/** A data set of two classes with a form `files`. */
export function sampleEntry(
  form: Pick<DatasetEntry['forms'][number], 'parts' | 'archives'> & Partial<DatasetEntry['forms'][number]>,
): DatasetEntry {
  return {
    name: 'sample',
    title: 'Sample',
    homepage: 'https://sample.test',
    classes: 2,
    splits: Object.fromEntries(Object.keys(form.parts).map((part) => [part, 4])),
    forms: [{ name: 'files', layout: 'Files of four images.', ...form }],
    licence: 'CC0',
    attribution: 'Nobody',
    citation: 'Nobody',
  };
}
