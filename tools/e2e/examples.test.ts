import { execFile } from 'node:child_process';
import { cpSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, inject, test } from 'vitest';
import { root } from '../lib/workspace.mjs';

const { folder, node } = inject('consumer');
const examples = join(root, 'examples');

test.each(readdirSync(examples))('example %s runs with the packed packages', async (name) => {
  const copy = join(folder, 'examples', name);
  cpSync(join(examples, name), copy, {
    recursive: true,
    filter: (path) => basename(path) !== 'node_modules',
  });
  const { stderr } = await promisify(execFile)(node, ['--disable-warning=ExperimentalWarning', 'index.ts'], {
    cwd: copy,
  });
  expect(stderr).toBe('');
});
