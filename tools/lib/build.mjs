import { join } from 'node:path';
import { fingerprint } from './fingerprint.mjs';
import { runPnpm } from './pnpm.mjs';
import { reportWork } from './progress.mjs';
import { onceFor } from './stamp.mjs';
import { ToolError } from './tool-error.mjs';
import { listPackages, root } from './workspace.mjs';

/**
 * Builds every package unless the sources and the files built from them are unchanged. Not building when
 * nothing changed also leaves the files alone under a program that is running from them.
 */
export async function ensureBuilt() {
  const folders = listPackages().map(({ folder }) => folder);
  const sources = [
    join(root, 'pnpm-lock.yaml'),
    join(root, 'tsconfig.base.json'),
    // Copied into kd-cli.
    join(root, 'docs', 'methods'),
    ...folders.flatMap((folder) =>
      ['package.json', 'tsconfig.json', 'tsdown.config.ts', 'src'].map((name) => join(folder, name)),
    ),
  ];
  await onceFor({
    file: join(root, 'node_modules', '.kd', 'build.json'),
    inputs: () => fingerprint(root, sources, (path) => !path.endsWith('.test.ts')),
    outputs: () =>
      fingerprint(
        root,
        folders.map((folder) => join(folder, 'dist')),
      ),
    work: () =>
      reportWork('Building the packages', '', async () => {
        // Unsorted: types come from each package's source, so no build waits for another, and packages
        // may use each other in tests.
        const { code, output } = await runPnpm([
          '--recursive',
          '--no-sort',
          '--filter',
          './packages/*',
          'build',
        ]);
        if (code !== 0)
          throw new ToolError(`${output}\nBuilding the packages failed (pnpm exited with ${code}).`);
      }),
  });
}
