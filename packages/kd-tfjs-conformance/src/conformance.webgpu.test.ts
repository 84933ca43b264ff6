import { expect, it } from 'vitest';
import { unexpectedFailures } from './command/report.ts';
import { runSuite } from './index.ts';

it('passes tfjs-core on ort-webgpu but for what is listed', { timeout: 300_000 }, async () => {
  const results = await runSuite({ backend: 'ort-webgpu' });
  expect(unexpectedFailures(results)).toEqual([]);
  expect(results.filter(({ outcome }) => outcome === 'passed').length).toBeGreaterThan(3150);
});
