import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { foldIn, prngKey } from 'kd-core';
import { build } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Campaign, type KilledProgram, killAtRandom, undisturbed } from './kill-campaign.ts';

/** It has a binary beside it, and is known to its own package only. */
const nativeRuntime = pathToFileURL(
  createRequire(join(import.meta.dirname, '../../../kd-backend-ort/package.json')).resolve(
    'onnxruntime-node',
  ),
).href;

let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kd-killed-program-'));
  // One file starts fastest, and Node cannot read tfjs-core's module of gradients.
  await build({
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['kd-source', 'node', 'module', 'import', 'default'] },
    ssr: {
      noExternal: true,
      external: ['onnxruntime-node'],
      resolve: { conditions: ['kd-source', 'node', 'import'] },
    },
    build: {
      ssr: join(import.meta.dirname, 'killed-training.ts'),
      outDir: folder,
      emptyOutDir: false,
      minify: false,
      rollupOptions: {
        output: { entryFileNames: 'killed-training.mjs', paths: { 'onnxruntime-node': nativeRuntime } },
      },
    },
  });
  file = join(folder, 'killed-training.mjs');
}, 120_000);
afterAll(() => rm(folder, { recursive: true }));

/** A process waits most of its life: for its start, for the disk, for its end. */
const SIDE_BY_SIDE = 4;

/** Campaigns that share the kills. */
async function campaigns(program: KilledProgram, kills: number): Promise<Campaign[]> {
  return Promise.all(
    Array.from({ length: SIDE_BY_SIDE }, (_, index) =>
      killAtRandom(program, kills / SIDE_BY_SIDE, foldIn(prngKey(20), index)),
    ),
  );
}

it.each([
  { backend: 'tfjs-cpu', kills: 200, steps: 60, startUp: 500 },
  { backend: 'ort-cpu', kills: 20, steps: 60, startUp: 800 },
] as const)(
  '$kills kills of training on $backend lose nothing that was called safe, and no bit',
  async (run) => {
    const program: KilledProgram = { ...run, file, every: 3 };
    const whole = await undisturbed(program);
    const done = await campaigns(program, run.kills);
    expect(done.flatMap(({ faults }) => faults)).toEqual([]);
    expect(done.reduce((sum, { kills }) => sum + kills, 0)).toBe(run.kills);
    expect(new Set(done.flatMap(({ hashes }) => hashes))).toEqual(new Set([whole]));
    // Kills of all kinds came about.
    for (const moment of ['starting', 'stepping', 'writing'] as const) {
      expect(done.reduce((sum, { moments }) => sum + moments[moment], 0)).toBeGreaterThan(run.kills / 20);
    }
  },
  300_000,
);
