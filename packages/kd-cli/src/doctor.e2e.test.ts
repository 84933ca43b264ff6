import { tmpdir } from 'node:os';
import { beforeAll, expect, it } from 'vitest';
import { finished, kd, requireBuilt } from './testing/program.ts';

beforeAll(requireBuilt);

it('kd doctor tries every backend and measures those that run', async () => {
  const { code, stdout } = await finished(kd(tmpdir(), 'doctor', '--json'));
  expect(code).toBe(0);
  const { backends } = JSON.parse(stdout) as {
    backends: { id: string; available: boolean; reason: string; chosen: boolean; stepsPerSecond?: number }[];
  };
  expect(backends.map(({ id }) => id).sort()).toEqual([
    'ort-cpu',
    'ort-cuda',
    'ort-wasm',
    'ort-webgpu',
    'tfjs-cpu',
    'tfjs-cuda',
    'tfjs-node',
    'tfjs-wasm',
    'tfjs-webgpu',
  ]);
  for (const { id, available, reason, stepsPerSecond } of backends) {
    if (available) expect(stepsPerSecond, id).toBeGreaterThan(0);
    else expect(reason, id).not.toBe('');
  }
  const runnable = backends.filter(({ available }) => available).map(({ id }) => id);
  expect(runnable).toContain('ort-cpu');
  expect(runnable).toContain('tfjs-cpu');
  expect(backends.filter(({ chosen }) => chosen)).toHaveLength(1);
}, 300_000);
