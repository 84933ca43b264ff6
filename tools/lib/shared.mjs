import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { root } from './workspace.mjs';

/** Where data that is not part of the repository is looked for: `KD_SHARED`, or `shared/` beside the repository. */
export const sharedPlace = resolve(process.env.KD_SHARED ?? join(root, '..', 'shared'));

/** @returns {string | undefined} the folder of that data, if it is there */
export function sharedFolder() {
  return ['golden', 'data'].every((name) => existsSync(join(sharedPlace, name))) ? sharedPlace : undefined;
}
