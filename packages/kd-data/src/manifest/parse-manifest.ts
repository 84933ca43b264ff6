import { KdError } from 'kd-core';
import { readRows } from '../csv/read-rows.ts';

/** One image of a manifest. */
export interface ManifestSample {
  /** As it stands there. */
  readonly path: string;
  /** A class's name, or its number as text. */
  readonly label: string;
  readonly split?: string;
}

const columns = {
  path: ['path', 'file', 'filename', 'file_name', 'image'],
  label: ['label', 'class', 'category'],
  split: ['split', 'part', 'subset'],
} as const;

/**
 * The samples of a list of images and their classes. As comma-separated values: the columns `path` (or `file`, `filename`,
 * `image`), `label` (or `class`, `category`) and perhaps `split` (or `part`, `subset`), or in that order without a header. As
 * JSON: a list of objects with the keys `path`, `label` and perhaps `split`. Throws `PARSE` with the row for anything else;
 * `what` names the manifest.
 */
export function parseManifest(text: string, what: string): readonly ManifestSample[] {
  const samples = /^\s*[[{]/.test(text) ? parseJson(text, what) : parseCsv(text, what);
  if (samples.length === 0) throw new KdError('PARSE', `There are no images in ${what}.`);
  return samples;
}

interface Places {
  readonly path: number;
  readonly label: number;
  readonly split: number;
}

function parseCsv(text: string, what: string): readonly ManifestSample[] {
  const samples: ManifestSample[] = [];
  let places: Places = { path: 0, label: 1, split: 2 };
  readRows(text, what, (fields, row) => {
    const found = row === 1 ? findColumns(fields) : undefined;
    if (found !== undefined) {
      places = found;
      return;
    }
    const path = fields[places.path]?.trim() ?? '';
    const label = fields[places.label]?.trim() ?? '';
    const split = fields[places.split]?.trim() ?? '';
    if (path === '' || label === '') {
      throw new KdError(
        'PARSE',
        `Row ${row} of ${what} has no ${path === '' ? 'path' : 'label'}: each needs both.`,
      );
    }
    samples.push({ path, label, ...(split !== '' && { split }) });
  });
  return samples;
}

/** The columns that a header names; undefined for a row that is none. */
function findColumns(fields: readonly string[]): Places | undefined {
  const names = fields.map((field) => field.trim().toLowerCase());
  const place = (known: readonly string[]): number => names.findIndex((name) => known.includes(name));
  const places = { path: place(columns.path), label: place(columns.label), split: place(columns.split) };
  return places.path >= 0 && places.label >= 0 ? places : undefined;
}

function parseJson(text: string, what: string): readonly ManifestSample[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new KdError('PARSE', `${what} is no JSON: ${(cause as Error).message}.`, { cause });
  }
  if (!Array.isArray(value)) {
    throw new KdError('PARSE', `${what} must be a list of objects with the keys 'path' and 'label'.`);
  }
  return value.map((item: unknown, index) => {
    const { path, label, split } = (item ?? {}) as Record<string, unknown>;
    const isLabel = typeof label === 'string' || Number.isInteger(label);
    if (
      typeof path !== 'string' ||
      path === '' ||
      !isLabel ||
      (split !== undefined && typeof split !== 'string')
    ) {
      throw new KdError(
        'PARSE',
        `Item ${index} of ${what} must have a 'path' of text, a 'label' of text or a whole number, and may have a 'split' of text.`,
      );
    }
    return { path, label: String(label), ...(split !== undefined && { split }) };
  });
}
