export { unsafeName } from './entry-name.ts';
export { readZipDirectory } from './read-zip-directory.ts';
export { openZipEntry, readZipEntry } from './read-zip-entry.ts';
export { type ZipEntry, zipMethod } from './zip-entry.ts';
