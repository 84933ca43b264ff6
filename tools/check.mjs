// Everything a change must pass. Each check is one line; what it printed is shown when it fails.
import { ensureInstalled } from './lib/install.mjs';
import { capture } from './lib/process.mjs';
import { dependencyBin, root, workspaceEnvironment, workspaceNode } from './lib/workspace.mjs';

await ensureInstalled();
const checks = [
  { title: 'types', script: dependencyBin('typescript', 'tsc'), args: ['--build'] },
  {
    title: 'types of tests',
    script: dependencyBin('typescript', 'tsc'),
    args: ['--project', 'tsconfig.tests.json'],
  },
  { title: 'lint and format', script: dependencyBin('@biomejs/biome', 'biome'), args: ['check', '.'] },
  { title: 'unused code', script: dependencyBin('knip'), args: [] },
  { title: 'tests', script: `${root}tools/bootstrap.mjs`, args: ['test'] },
  { title: 'packages', script: `${root}tools/check-packages.mjs`, args: [] },
];

const failed = [];
for (const { title, script, args } of checks) {
  const started = performance.now();
  const { code, output } = await capture(workspaceNode(), [script, ...args], { env: workspaceEnvironment() });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${code === 0 ? 'ok  ' : 'FAIL'}  ${title} (${seconds} s)`);
  if (code !== 0) {
    failed.push(title);
    console.log(output);
  }
}
if (failed.length > 0) {
  console.error(`Failed: ${failed.join(', ')}.`);
  process.exitCode = 1;
}
