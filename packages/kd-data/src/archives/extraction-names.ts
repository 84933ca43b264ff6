import { KdError } from 'kd-core';

const longestPartBytes = 255;
const deepest = 32;
/** What Windows takes for devices, whatever their ending. */
const deviceName = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const unwritable = /[\u0000-\u001f:<>"|?*]|[. ]$/;

/**
 * Throws `PARSE` for paths that some file system does not take as files of their own below a folder: names of devices, streams
 * and wildcards of Windows, names that are too long, a file that is the folder of another, and names that are equal where
 * upper and lower case or ways to write an accent are.
 */
export function requireWritableNames(paths: Iterable<string>, what: string): void {
  const refuse = (reason: string): KdError => new KdError('PARSE', `Cannot unpack ${what}: ${reason}.`);
  const files = new Map<string, string>();
  const folders = new Map<string, string>();
  for (const path of paths) {
    const parts = path.split('/');
    if (parts.length > deepest) throw refuse(`'${path}' is ${parts.length} folders deep`);
    const bad = parts.find(
      (part) =>
        deviceName.test(part) ||
        unwritable.test(part) ||
        new TextEncoder().encode(part).length > longestPartBytes,
    );
    if (bad !== undefined) throw refuse(`'${path}' is no name that every file system takes`);
    const plain = parts.map((part) => part.normalize('NFC').toLowerCase());
    const file = plain.join('/');
    const same = files.get(file);
    if (same !== undefined) throw refuse(`'${path}' and '${same}' differ only in how they are written`);
    files.set(file, path);
    for (let depth = 1; depth < plain.length; depth++) {
      const folder = plain.slice(0, depth).join('/');
      const written = parts.slice(0, depth).join('/');
      const known = folders.get(folder);
      if (known !== undefined && known !== written) {
        throw refuse(`'${written}' and '${known}' differ only in how they are written`);
      }
      folders.set(folder, written);
    }
  }
  for (const [folder, written] of folders) {
    if (files.has(folder)) throw refuse(`'${written}' is both a file and a folder`);
  }
}
