import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { root } from '../lib/workspace.mjs';

const run = promisify(execFile);
const folder = join(root, 'examples');

/** What an example's README tells its reader to type. */
function commandOf(example: string): string {
  const readme = readFileSync(join(folder, example, 'README.md'), 'utf8');
  const command = /```sh\n(.+)\n```/.exec(readme)?.[1];
  if (command === undefined) throw new Error(`${example}/README.md names no command.`);
  return command;
}

// Pages are opened in browser-example.test.ts.
const programs = readdirSync(folder).filter((example) => !existsSync(join(folder, example, 'index.html')));

// Against the built packages of the workspace, as someone does who has cloned it.
test.each(programs)('example %s runs as its README says', async (example) => {
  const [program, ...args] = commandOf(example).split(' ');
  expect(program).toBe('node');
  const { stdout, stderr } = await run(process.execPath, args, { cwd: join(folder, example) });
  expect(stderr).toBe('');
  expect(stdout).toMatch(/top-1 0\.\d{3}/);
});
