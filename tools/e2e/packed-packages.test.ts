import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, inject, test } from 'vitest';

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

  test('npx kd doctor finds the CPU backend', async () => {
    const { stdout } = await run(node, [join(folder, 'node_modules', '.bin', 'kd'), 'doctor'], {
      cwd: folder,
    });
    expect(stdout).toMatch(/ort-cpu/);
  });
});
