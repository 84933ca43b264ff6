import type { ConfigProblem } from '../describe-issues.ts';
import { isReadable } from '../is-readable.ts';

/** The problem of a key that names a file which cannot be read, as a list of none or one. */
export function unreadableFile(key: string, file: string | undefined): readonly ConfigProblem[] {
  if (file === undefined || isReadable(file)) return [];
  return [{ path: `dataset.${key}`, message: `names a file that is not there or cannot be read: ${file}` }];
}
