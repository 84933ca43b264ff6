import { readdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { UsageError } from '../cli/usage-error.ts';
import { kebabCase } from '../text/kebab-case.ts';
import { didYouMean } from '../text/nearest.ts';

export interface RecipeFile {
  /** That of the file, without its ending. */
  readonly name: string;
  readonly path: string;
}

const endings = ['.ts', '.mts', '.mjs', '.json'];

/** The recipes in a folder by name; `common` is what recipes share, and none. Throws `UsageError` for a folder without any. */
export async function listRecipes(folder: string): Promise<RecipeFile[]> {
  const files = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    throw new UsageError(`There is no folder of recipes ${folder} (${cause.code}). Name one by --recipes.`);
  });
  const recipes = files
    .filter(
      (file) => endings.includes(extname(file)) && !file.endsWith('.test.ts') && !file.endsWith('.d.ts'),
    )
    .map((file) => ({ name: basename(file, extname(file)), path: join(folder, file) }))
    .filter(({ name }) => name !== 'common' && name !== 'tsconfig' && name !== 'package')
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  if (recipes.length === 0) {
    throw new UsageError(`${folder} has no recipes: files that end in ${endings.join(', ')}.`);
  }
  return recipes;
}

/** Those of `all` that `wanted` names: `all`, or names with commas between them, `attention-transfer` or `attentionTransfer`. */
export function chooseRecipes(all: readonly RecipeFile[], wanted: string): readonly RecipeFile[] {
  if (wanted === 'all') return all;
  const names = all.map(({ name }) => name);
  return [...new Set(wanted.split(',').map((name) => name.trim()))].map((name) => {
    const found = all.find((recipe) => recipe.name === name || recipe.name === kebabCase(name));
    if (found !== undefined) return found;
    throw new UsageError(
      `There is no recipe '${name}'.${didYouMean(kebabCase(name), names)} Known: all, ${names.join(', ')}.`,
    );
  });
}
