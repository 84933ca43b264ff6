import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { kebabCase } from '../text/kebab-case.ts';

/** Where the pages are: beside the program as it is installed, or in the documentation of the sources. */
function pagesFolder(): string {
  const installed = fileURLToPath(new URL('./method-pages', import.meta.url));
  return existsSync(installed)
    ? installed
    : fileURLToPath(new URL('../../../../docs/methods', import.meta.url));
}

/** The page on a method of the catalog, as Markdown. */
export function methodPage(name: string): Promise<string> {
  return readFile(`${pagesFolder()}/${kebabCase(name)}.md`, 'utf8');
}

/** Names of all pages, without their ending. */
export async function listMethodPages(): Promise<string[]> {
  const files = await readdir(pagesFolder());
  return files.filter((file) => file.endsWith('.md')).map((file) => file.slice(0, -'.md'.length));
}
