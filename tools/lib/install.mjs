import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprint } from './fingerprint.mjs';
import { pnpmVersion, runPnpm } from './pnpm.mjs';
import { reportWork } from './progress.mjs';
import { onceFor } from './stamp.mjs';
import { ToolError } from './tool-error.mjs';
import { listPackages, root, workspaceNode } from './workspace.mjs';

/** Installs the workspace's dependencies exactly as locked, unless they are there already. */
export async function ensureInstalled() {
  await onceFor({
    file: join(root, 'node_modules', '.kd', 'install.json'),
    inputs: () => `${process.platform}-${process.arch} pnpm@${pnpmVersion} ${fingerprint(root, manifests())}`,
    outputs: installedState,
    work: () =>
      reportWork('Installing dependencies', 'the first time takes about a minute', async () => {
        const { code, output } = await runPnpm([
          'install',
          '--frozen-lockfile',
          '--config.confirmModulesPurge=false',
        ]);
        if (code !== 0)
          throw new ToolError(`${output}\nInstalling the dependencies failed (pnpm exited with ${code}).`);
      }),
  });
}

function manifests() {
  const folders = ['packages', 'examples', 'bench']
    .map((name) => join(root, name))
    .filter((path) => existsSync(path));
  const nested = folders.flatMap((folder) => [
    join(folder, 'package.json'),
    ...readdirSync(folder).map((name) => join(folder, name, 'package.json')),
  ]);
  const top = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc'].map((name) =>
    join(root, name),
  );
  return [...top, ...nested.filter((path) => existsSync(path))];
}

/** What an install leaves behind: pnpm's own record of it, and the links that the packages need. */
function installedState() {
  const links = listPackages().flatMap(({ folder, manifest }) =>
    Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }).map((name) =>
      join(folder, 'node_modules', name, 'package.json'),
    ),
  );
  const present = [workspaceNode(), ...links].map((path) => (existsSync(path) ? '1' : '0')).join('');
  return `${fingerprint(root, [join(root, 'node_modules', '.pnpm', 'lock.yaml')])} ${present}`;
}
