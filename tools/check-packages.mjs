// Checks what users would install: packs every published package and runs publint and
// are-the-types-wrong on the tarballs.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from './lib/build.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { packPackages } from './lib/pack.mjs';
import { capture } from './lib/process.mjs';
import { dependencyBin, workspaceEnvironment, workspaceNode } from './lib/workspace.mjs';

await ensureInstalled();
await ensureBuilt();
const checks = [
  { title: 'publint', file: dependencyBin('publint'), args: ['run', '--strict'] },
  {
    title: 'attw',
    file: dependencyBin('@arethetypeswrong/cli', 'attw'),
    args: ['--profile', 'esm-only', '--no-definitely-typed', '--format', 'ascii'],
  },
];

const folder = mkdtempSync(join(tmpdir(), 'kd-pack-'));
try {
  for (const { name, tarball } of await packPackages(folder)) {
    const problems = [];
    for (const { title, file, args } of checks) {
      const { code, output } = await capture(workspaceNode(), [file, ...args, tarball], {
        env: workspaceEnvironment(),
      });
      if (code !== 0) problems.push(`${title}:\n${output}`);
    }
    console.log(problems.length === 0 ? `ok    ${name}` : `FAIL  ${name}\n${problems.join('\n')}`);
    if (problems.length > 0) process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
