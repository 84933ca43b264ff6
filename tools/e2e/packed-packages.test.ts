import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, inject, test } from 'vitest';
import { root } from '../lib/workspace.mjs';

const { folder, node, packages } = inject('consumer');
const run = promisify(execFile);

describe('packed packages, installed with npm in an empty project', () => {
  test.each(packages)('%s imports without a warning', async (name) => {
    const script = join(folder, `import-${name}.mjs`);
    writeFileSync(script, `console.log(Object.keys(await import('${name}')).length);`);
    const { stdout, stderr } = await run(node, [script], { cwd: folder });
    expect(stderr).toBe('');
    expect(Number(stdout)).toBeGreaterThan(0);
  });

  test('a program that cannot be compiled is told its op and its line', async () => {
    const script = join(folder, 'impure.mjs');
    const lines = [
      "import { dropout } from '@tensorflow/tfjs-core';",
      "import { createOrtBackend } from 'kd-backend-ort';",
      'const backend = await createOrtBackend({ threads: 1 });',
      'const noisy = ({ x }) => ({ y: dropout(x, 0.5) });',
      'await backend.compile(noisy)({ x: 1 }).catch(({ details }) => console.log(details.op, details.at));',
    ];
    writeFileSync(script, lines.join('\n'));
    const { stdout } = await run(node, [script], { cwd: folder });
    expect(stdout).toMatch(/^dropout .*impure\.mjs:4:\d+$/m);
  });

  test("a third party's method, of 30 lines at most, trains beside those of the packages", async () => {
    const example = join(folder, 'custom-method');
    mkdirSync(example);
    for (const file of ['index.ts', 'channel-wise.ts']) {
      cpSync(join(root, 'examples', 'custom-method', file), join(example, file));
    }
    const method = readFileSync(join(example, 'channel-wise.ts'), 'utf8').replace(/\/\*.*?\*\//gs, '');
    expect(method.split('\n').filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(30);
    const { stdout } = await run(node, ['--disable-warning=ExperimentalWarning', 'index.ts'], {
      cwd: example,
    });
    expect(stdout).toMatch(/with your method {2}top-1 0\.9\d{2}/);
  });

  test('npx kd doctor finds the CPU backend', async () => {
    const { stdout } = await run(node, [join(folder, 'node_modules', '.bin', 'kd'), 'doctor'], {
      cwd: folder,
    });
    expect(stdout).toMatch(/ort-cpu/);
  });
});
