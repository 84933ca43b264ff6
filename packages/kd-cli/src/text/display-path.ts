import { isAbsolute, relative } from 'node:path';

/** `path` from `folder`, unless that would lead out of it: then as it is. */
export function displayPath(path: string, folder: string): string {
  const short = relative(folder, path);
  return short.startsWith('..') || isAbsolute(short) ? path : short;
}
