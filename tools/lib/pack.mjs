import { join } from 'node:path';
import { runPnpm } from './pnpm.mjs';
import { ToolError } from './tool-error.mjs';
import { listPackages } from './workspace.mjs';

/**
 * Packs every package that is published, as it would be published: workspace and catalog versions
 * replaced, `publishConfig` applied. The packages must have been built.
 * @param {string} destination an existing folder
 * @returns {Promise<readonly { name: string, tarball: string }[]>}
 */
export async function packPackages(destination) {
  const published = listPackages().filter(({ isPrivate }) => !isPrivate);
  const filters = published.flatMap(({ name }) => ['--filter', name]);
  const { code, output } = await runPnpm([
    '--recursive',
    ...filters,
    'pack',
    '--pack-destination',
    destination,
  ]);
  if (code !== 0) throw new ToolError(`${output}\nPacking failed (pnpm exited with ${code}).`);
  return published.map(({ name, manifest }) => ({
    name,
    tarball: join(destination, `${name}-${manifest.version}.tgz`),
  }));
}
