import { KdError } from 'kd-core';
import Papa from 'papaparse';

/** Of the longest text that a JavaScript engine holds. */
const largestText = 2 ** 29 - 32;

/**
 * Calls `use` with the fields of every row of comma-separated values (RFC 4180; tabs and semicolons are recognised), without
 * empty rows; rows count from 1. Throws `PARSE` for text that is damaged; `what` names it.
 */
export function readRows(
  text: string,
  what: string,
  use: (fields: readonly string[], row: number) => void,
): void {
  let row = 0;
  Papa.parse<string[]>(text, {
    skipEmptyLines: 'greedy',
    step({ data, errors }) {
      row++;
      // That the delimiter is not certain is no error of a text with one column.
      const [error] = errors.filter(({ type }) => type !== 'Delimiter');
      if (error !== undefined) {
        throw new KdError('PARSE', `Row ${row} of ${what} is damaged: ${error.message}.`);
      }
      use(data, row);
    },
  });
}

/** Bytes as text. Throws `PARSE` for what is not UTF-8, `UNSUPPORTED` for more than a text holds. */
export function textOf(bytes: Uint8Array, what: string): string {
  if (bytes.length > largestText) {
    throw new KdError(
      'UNSUPPORTED',
      `${what} has ${bytes.length} bytes, more than a text can hold. Save it as .npz.`,
    );
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new KdError('PARSE', `${what} is not text in UTF-8.`, { cause });
  }
}
