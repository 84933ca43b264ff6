import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/**
 * SHA-256 over the names and contents of files; folders count with all that is below them, and what does
 * not exist counts as missing. Independent of times, order of reading and the path of `base`.
 * @param {string} base paths are taken relative to it
 * @param {readonly string[]} paths absolute
 * @param {(path: string) => boolean} [include] which files below a folder count
 * @returns {string} hexadecimal
 */
export function fingerprint(base, paths, include = () => true) {
  const hash = createHash('sha256');
  const files = paths.flatMap((path) => (isFolder(path) ? filesBelow(path).filter(include) : [path]));
  for (const file of [...new Set(files)].sort()) {
    const content = existsSync(file) ? readFileSync(file) : null;
    hash.update(
      `${relative(base, file).split(sep).join('/')}\0${content === null ? 'missing' : content.length}\0`,
    );
    if (content !== null) hash.update(content);
  }
  return hash.digest('hex');
}

/** @param {string} path */
function isFolder(path) {
  return existsSync(path) && statSync(path).isDirectory();
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}
