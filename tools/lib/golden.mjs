import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { root } from './workspace.mjs';

/** Where golden fixtures are looked for: `golden/` in the folder `KD_SHARED`, or in `shared/` beside the repository. */
export const goldenPlace = resolve(process.env.KD_SHARED ?? join(root, '..', 'shared'), 'golden');

/** @returns {string | undefined} the folder of golden fixtures, if there is one */
export function goldenFolder() {
  return existsSync(goldenPlace) ? goldenPlace : undefined;
}
