import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOrtBackend } from 'kd-backend-ort';
import type { Backend } from 'kd-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listenForInterrupt } from '../pipeline/interrupt.ts';
import { outputFolder } from '../pipeline/output-folder.ts';
import type { Role, RunReport } from '../report/report-data.ts';
import { fakeHost } from '../testing/fake-host.ts';
import { stepsOf } from '../testing/program.ts';
import { type DemoCheckpoints, demoCheckpoints } from './demo-checkpoints.ts';
import { runDemo } from './run-demo.ts';
import { type DemoSettings, demoSettings } from './settings.ts';

const training = { ...demoSettings.student, epochs: 2, learningRate: 0.05 };
const tiny: DemoSettings = {
  ...demoSettings,
  teacher: {
    ...training,
    model: { name: 'resnet', depth: 8, widths: [2, 2, 4, 8] },
    method: [{ name: 'crossEntropy' }],
  },
  student: { ...training, model: { name: 'resnet', depth: 8, widths: [1, 1, 2, 4] } },
  split: { transfer: 0.5, validation: 0.15, test: 0.25, seed: 0 },
};

let backend: Backend;
beforeAll(async () => {
  backend = await createOrtBackend({ threads: 1 });
});
afterAll(() => backend.dispose());

async function demo(
  settings: DemoSettings,
  options: {
    split?: 'test' | 'validation';
    path?: string;
    resume?: boolean;
    interruptedBefore?: string;
  } = {},
) {
  const host = fakeHost();
  const path = options.path ?? (await mkdtemp(join(tmpdir(), 'kd-demo-')));
  const interrupt = listenForInterrupt(host, { saved: path, again: 'kd demo --resume' });
  const stored = demoCheckpoints(path);
  const checkpoints: DemoCheckpoints = {
    ...stored,
    of(role, seed) {
      if (`${role} ${seed}` === options.interruptedBefore) host.interrupt();
      return stored.of(role, seed);
    },
  };
  const report = await runDemo({
    host,
    settings,
    seeds: 2,
    split: options.split ?? 'test',
    backend,
    folder: outputFolder(path),
    checkpoints,
    resume: options.resume ?? false,
    interrupt,
    reproduce: 'kd demo',
    notes: [],
  });
  return { report, path };
}

function runsOf(report: RunReport, role: Role) {
  return report.networks.find((network) => network.role === role)!.runs;
}

describe('runDemo', () => {
  it('gives both students the same start, batches and updates: with the same loss they end equal', async () => {
    const { report } = await demo({ ...tiny, distilled: tiny.alone });
    const [alone, distilled] = [runsOf(report, 'alone'), runsOf(report, 'distilled')];
    expect(distilled).toEqual(alone);
    expect(alone.map(({ updates }) => updates)).toEqual([16, 16]);
    expect(alone[0]!.metrics.nll).not.toBe(alone[1]!.metrics.nll);
  });

  it('measures on the split it was asked for, with seeds of its own', async () => {
    const { report, path } = await demo(tiny, { split: 'validation' });
    expect(runsOf(report, 'teacher').map(({ seed }) => seed)).toEqual([101, 102]);
    expect(runsOf(report, 'distilled')[0]!.metrics.count).toBe(report.dataset.samples.validation);
    expect(runsOf(report, 'distilled')).not.toEqual(runsOf(report, 'alone'));
    for (const { agreement } of runsOf(report, 'distilled')) expect(agreement!.agreement).toBeGreaterThan(0);
    expect(runsOf(report, 'teacher')[0]).not.toHaveProperty('agreement');
    expect(report.exported?.agreeing).toBe(2 * report.dataset.samples.validation);
    // 60 % of 1,797 samples for the teacher, half of them for the students, each to within one a class.
    expect(Math.abs(report.dataset.samples.train - 1078)).toBeLessThanOrEqual(10);
    expect(Math.abs(report.dataset.samples.transfer - 539)).toBeLessThanOrEqual(10);
    expect(await readdir(path)).toEqual([
      'demo-checkpoints',
      'metrics.jsonl',
      'student.onnx',
      'student.safetensors',
    ]);
    const networks = (await readFile(join(path, 'metrics.jsonl'), 'utf8')).matchAll(
      /^\{"network":"([^"]+)"/gm,
    );
    expect(new Set([...networks].map((match) => match[1])).size).toBe(6);
  });

  it('goes on after any training as if it had never stopped, and trains nothing twice', async () => {
    const path = await mkdtemp(join(tmpdir(), 'kd-demo-'));
    const stopped = { code: 'INTERRUPTED', message: expect.stringContaining('kd demo --resume') };
    await expect(demo(tiny, { path, interruptedBefore: 'distilled 1' })).rejects.toMatchObject(stopped);
    const again = demo(tiny, { path, resume: true, interruptedBefore: 'alone 2' });
    await expect(again).rejects.toMatchObject(stopped);
    const { report } = await demo(tiny, { path, resume: true });
    const { report: straight, path: straightPath } = await demo(tiny);
    for (const [role, updates] of [
      ['teacher', 32],
      ['alone', 16],
      ['distilled', 16],
    ] as const) {
      expect(runsOf(report, role)).toEqual(runsOf(straight, role));
      for (const seed of [1, 2]) {
        const steps = await stepsOf(path, `${role}, seed ${seed}`);
        expect(steps).toEqual(Array.from({ length: updates }, (_, step) => step));
      }
    }
    expect(report.exported).toEqual(straight.exported);
    for (const file of ['student.onnx', 'student.safetensors']) {
      expect((await readFile(join(path, file))).equals(await readFile(join(straightPath, file)))).toBe(true);
    }
  });
});
