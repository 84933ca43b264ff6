import { KdError, requireArgument } from 'kd-core';
import { type ArrayDatasetOptions, arrayDataset } from '../array-dataset.ts';
import type { Dataset } from '../dataset.ts';
import { gunzip, isGzip } from '../idx/gunzip.ts';
import { readRows, textOf } from './read-rows.ts';

export interface CsvDatasetOptions extends Pick<ArrayDatasetOptions, 'inputShape' | 'attribution'> {
  readonly name: string;
  /** The file, raw or gzip. */
  readonly bytes: Uint8Array;
  /** Where a row has its label: in its first column, its last one, or the one of this name. Default `last`. */
  readonly label?: 'first' | 'last' | (string & {});
  /** The pixel value that stands for 1. Default 255. */
  readonly pixelMaximum?: number;
  /** By default the labels' numbers, up to the largest; without it, labels must be whole numbers. */
  readonly classNames?: readonly string[];
}

/**
 * A data set of comma-separated values, a row an image: the pixels [height, width, channels] row by row, and the label, which
 * is a class's number or its name. A first row without numbers is a header. Throws `PARSE` with the row for a row of another
 * length, pixels that are no numbers from 0 to `pixelMaximum`, and labels that are no classes.
 */
export function csvDataset(options: CsvDatasetOptions): Dataset {
  const { name, bytes, inputShape, label = 'last', pixelMaximum = 255, classNames, attribution } = options;
  const what = `the table of '${name}'`;
  const size = inputShape.reduce((product, dimension) => product * dimension, 1);
  requireArgument(
    Number.isInteger(size) && size > 0,
    () =>
      `inputShape of data set '${name}' must be [height, width, channels] of positive integers, got [${inputShape.join(', ')}].`,
  );
  const refuse = (row: number, reason: string): KdError =>
    new KdError('PARSE', `Row ${row} of ${what} ${reason}.`);
  const byName = new Map(classNames?.map((each, index) => [each, index]));
  const pixels = new GrowingPixels();
  const labels: number[] = [];
  let labelColumn = label === 'first' ? 0 : size;
  let isNamed = label === 'first' || label === 'last';

  readRows(textOf(isGzip(bytes) ? gunzip(bytes, what) : bytes, what), what, (fields, row) => {
    if (row === 1 && isHeader(fields, labelColumn)) {
      if (!isNamed) labelColumn = columnOf(fields, label, what);
      isNamed = true;
      return;
    }
    requireArgument(isNamed, () => `There is no column '${label}' in ${what}: its first row is no header.`);
    if (fields.length !== size + 1) {
      throw refuse(row, `has ${fields.length} columns, but ${size} pixels and a label are ${size + 1}`);
    }
    labels.push(readLabel(fields[labelColumn]!, { classNames, byName, row, refuse }));
    fields.forEach((field, column) => {
      if (column === labelColumn) return;
      const value = field.trim() === '' ? Number.NaN : Number(field);
      if (!(value >= 0 && value <= pixelMaximum)) {
        throw refuse(
          row,
          `has '${field.slice(0, 20)}' in column ${column + 1}, and pixels are numbers from 0 to ${pixelMaximum}`,
        );
      }
      pixels.push(value);
    });
  });
  if (labels.length === 0) throw new KdError('PARSE', `There are no rows in ${what}.`);
  const largest = labels.reduce((most, each) => Math.max(most, each), 0);
  return arrayDataset({
    name,
    pixels: pixels.values(),
    pixelMaximum,
    labels: Int32Array.from(labels),
    inputShape,
    classNames: classNames ?? Array.from({ length: largest + 1 }, (_, each) => String(each)),
    ...(attribution !== undefined && { attribution }),
  });
}

/** A row in which another column than the label is no number. */
function isHeader(fields: readonly string[], labelColumn: number): boolean {
  return fields.some((field, column) => column !== labelColumn && Number.isNaN(Number(field)));
}

function columnOf(header: readonly string[], wanted: string, what: string): number {
  const names = header.map((field) => field.trim());
  const column = names.indexOf(wanted);
  requireArgument(column >= 0, () => {
    const shown = names.slice(0, 8).join(', ');
    return `There is no column '${wanted}' in ${what}. It has ${shown}${names.length > 8 ? ', ...' : ''}.`;
  });
  return column;
}

/** More classes than any data set has: a list of names is made of the largest label. */
const largestLabel = 999_999;

interface LabelReading {
  readonly classNames: readonly string[] | undefined;
  readonly byName: ReadonlyMap<string, number>;
  readonly row: number;
  refuse(row: number, reason: string): KdError;
}

function readLabel(field: string, { classNames, byName, row, refuse }: LabelReading): number {
  const text = field.trim();
  const named = byName.get(text);
  if (named !== undefined) return named;
  const label = text === '' ? Number.NaN : Number(text);
  const largest = classNames === undefined ? largestLabel : classNames.length - 1;
  if (!Number.isInteger(label) || label < 0 || label > largest) {
    throw refuse(
      row,
      `has the label '${text.slice(0, 40)}', which is no class: a number from 0 to ${largest}${classNames === undefined ? '' : ', or its name'}`,
    );
  }
  return label;
}

/** Bytes as long as all values are such, floats from then on. */
class GrowingPixels {
  private array: Uint8Array | Float32Array = new Uint8Array(1 << 16);
  private length = 0;

  push(value: number): void {
    if (this.array instanceof Uint8Array && !(Number.isInteger(value) && value <= 255)) {
      this.array = Float32Array.from(this.array);
    }
    if (this.length === this.array.length) {
      const larger =
        this.array instanceof Uint8Array
          ? new Uint8Array(2 * this.length)
          : new Float32Array(2 * this.length);
      larger.set(this.array);
      this.array = larger;
    }
    this.array[this.length++] = value;
  }

  values(): Uint8Array | Float32Array {
    return this.array.slice(0, this.length);
  }
}
