import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { ComparisonReport } from './compare/comparison-report.ts';
import type { DistillConfig } from './config/config.ts';
import { finished, kd, requireBuilt } from './testing/program.ts';

const base: DistillConfig = {
  dataset: { name: 'digits' },
  split: { transfer: 0.3 },
  teacher: { model: { name: 'resnet', depth: 8, widths: [2, 2, 4, 4] }, training: { epochs: 2 } },
  student: { model: { name: 'resnet', depth: 8, widths: [1, 1, 2, 2] } },
  method: [{ name: 'hinton' }],
  learningRate: 0.1,
  epochs: 2,
  output: 'out',
};

beforeAll(requireBuilt);

it('compares recipes in processes of their own, keeps failures, and does nothing twice', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kd compare '));
  await mkdir(join(folder, 'recipes'));
  const recipes: Record<string, DistillConfig> = {
    hinton: base,
    fitnet: { ...base, method: [{ name: 'crossEntropy' }, { name: 'fitnet' }] },
    unstable: { ...base, method: [{ name: 'hinton', weight: 1e30 }] },
  };
  for (const [name, config] of Object.entries(recipes)) {
    await writeFile(join(folder, 'recipes', `${name}.json`), JSON.stringify(config));
  }
  const args = ['compare', '--recipes', 'recipes', '--seeds', '2', '--jobs', '2', '--output', 'table.md'];
  const first = await finished(kd(folder, ...args));
  expect(first.stderr).toMatch(/^\[1\/1\] teacher: \d+\.\d\d % in/m);
  expect(first.code).toBe(0);
  const page = await readFile(join(folder, 'table.md'), 'utf8');
  const report = JSON.parse(await readFile(join(folder, 'table.json'), 'utf8')) as ComparisonReport;

  expect(report.measured.map(({ name }) => name).sort()).toEqual([
    'fitnet',
    'hinton',
    'label smoothing',
    'student alone',
  ]);
  for (const { runs, peakBytes, millisecondsPerStep } of report.measured) {
    expect(runs.map(({ seed, steps }) => [seed, steps])).toEqual([
      [1, 10],
      [2, 10],
    ]);
    expect(peakBytes).toBeGreaterThan(5e7);
    expect(millisecondsPerStep).toBeGreaterThan(0);
  }
  expect(report.failed.map(({ name }) => name)).toEqual(['unstable']);
  expect(page).toMatch(/\| unstable \| Training became unstable at step \d/);
  expect(page).toContain('`kd compare --seeds 2 --recipes recipes --jobs 2 --output table.md`');

  const again = await finished(kd(folder, ...args));
  expect(again.stderr).not.toMatch(/hinton|teacher|student alone, /);
  expect(await readFile(join(folder, 'table.md'), 'utf8')).toBe(page);
});
