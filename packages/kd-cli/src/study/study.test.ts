import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ortCpu } from 'kd-backend-ort';
import { prngKey } from 'kd-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../cli/run-cli.ts';
import type { DistillConfig } from '../config/config.ts';
import { createModelFrom } from '../config/create-model.ts';
import { encodeNetwork } from '../pipeline/network-file.ts';
import { fakeHost } from '../testing/fake-host.ts';
import type { StudyResult } from './study-result.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kd-study-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** What a network says before it is trained teaches as well, where only numbers are compared. */
async function writeConfig(more: Partial<DistillConfig> = {}): Promise<string> {
  const model = createModelFrom(
    { name: 'resnet', depth: 8, widths: [8, 8, 8, 8] },
    { classes: 10, inputShape: [8, 8, 1] },
  );
  await writeFile(join(folder, 'teacher.safetensors'), encodeNetwork(model, model.init(prngKey(5))));
  const config: DistillConfig = {
    seed: 3,
    dataset: { name: 'digits' },
    split: { transfer: 0.1 },
    augmentation: { padding: 1 },
    teacher: {
      model: { name: 'resnet', depth: 8, widths: [8, 8, 8, 8] },
      weights: 'teacher.safetensors',
      cache: { folder: 'kept', variants: 2 },
    },
    student: { model: { name: 'resnet', depth: 8, widths: [4, 4, 4, 4] } },
    method: [{ name: 'crossEntropy' }, { name: 'hinton', temperature: 4 }],
    learningRate: 0.05,
    epochs: 3,
    batchSize: 32,
    backend: 'ort-cpu',
    output: 'run',
    ...more,
  };
  const path = join(folder, 'config.json');
  await writeFile(path, JSON.stringify(config));
  return path;
}

async function kd(...argv: string[]) {
  const host = fakeHost({ cwd: folder, backends: [ortCpu] });
  const code = await runCli(argv, host);
  return { code, out: host.out(), err: host.err() };
}

describe('a study', () => {
  it('trains the student of each seed with and without the teacher, and the teacher live for the same losses', async () => {
    const path = await writeConfig({
      // The live teacher's epochs, which are not validated, have no part in either.
      training: { select: { metric: 'nll' }, earlyStopping: { metric: 'nll', patience: 5 } },
      study: { seeds: 2, studentAlone: true, liveTeacherEpochs: 2, page: 'page.md' },
    });
    const { code, out, err } = await kd('distill', path);
    expect({ code, err: err.includes('rror') ? err : '' }).toEqual({ code: 0, err: '' });
    expect(out).toContain('Page: ');
    const { trainings, live, cache, report } = JSON.parse(
      await readFile(join(folder, 'run', 'study.json'), 'utf8'),
    ) as StudyResult;
    expect(trainings.map(({ kind, seed, epochs }) => [kind, seed, epochs])).toEqual([
      ['alone', 3, 3],
      ['distilled', 3, 3],
      ['alone', 4, 3],
      ['distilled', 4, 3],
      ['live teacher', 3, 2],
    ]);
    const steps = 2 * Math.floor(report.dataset.samples.transfer / 32);
    expect(live).toEqual({ steps, equal: steps, largestDifference: 0 });
    expect(cache).toMatchObject({ variants: 2, images: report.dataset.samples.transfer * 2 });
    expect(cache!.computed).toBe(cache!.images);
    for (const { times } of trainings) {
      expect(times!.waiting + times!.backend + times!.javascript).toBeCloseTo(times!.total, 6);
      expect(times!.backend).toBeGreaterThan(0);
    }
    expect(report.networks.map(({ role, runs }) => [role, runs.map(({ seed }) => seed)])).toEqual([
      ['teacher', [3, 4]],
      ['alone', [3, 4]],
      ['distilled', [3, 4]],
    ]);
    const page = await readFile(join(folder, 'page.md'), 'utf8');
    expect(page).toMatch(/^# resnet8.* to resnet8.* on digits\n/);
    expect(page).toContain(`the losses of all ${steps} steps that were compared are the same numbers`);
    expect(page).toContain('which were not used to choose anything');
    expect(page).toMatch(/\| Student alone, seed 4 \| [\d.]+ \|/);
    expect(page).not.toMatch(/NaN|undefined|n\/a/);
    expect(page).not.toContain(join(folder, 'kept'));
  });

  it('finds what kd cache build has kept, also with another seed', async () => {
    const path = await writeConfig();
    const plan = await kd('distill', path, '--plan');
    expect(plan.out).toMatch(/Kept +\d+ outputs of the teacher, of 2 images of each sample: [\d.]+ kB/);
    const built = await kd('cache', 'build', path);
    expect(built.out).toMatch(/^(\d+) of \1 outputs are kept \(.* kB\); \1 of them were computed now\.\n$/);
    expect((await kd('cache', 'show', path)).out).toMatch(/^(\d+) of \1 outputs are kept \(.* kB\)\.\n$/);
    const training = { select: { metric: 'top1', on: 'test' } } as const;
    const other = await writeConfig({ seed: 9, training, study: { page: 'page.md' } });
    expect((await kd('distill', other)).code).toBe(0);
    const { cache } = JSON.parse(await readFile(join(folder, 'run', 'study.json'), 'utf8')) as StudyResult;
    expect(cache!.computed).toBe(0);
    expect(await readFile(join(folder, 'page.md'), 'utf8')).toContain('which also chose the best epoch');
  });

  it('teaches by the first pass where that is asked for, and keeps features that the method reads', async () => {
    const path = await writeConfig({
      method: [{ name: 'crossEntropy' }, { name: 'attentionTransfer', weight: 1 }],
      study: {},
    });
    const config = JSON.parse(await readFile(path, 'utf8')) as DistillConfig;
    config.teacher.cache = { folder: 'kept', variants: 2, fill: 'first pass' };
    await writeFile(path, JSON.stringify(config));
    expect((await kd('distill', path)).code).toBe(0);
    const { cache } = JSON.parse(await readFile(join(folder, 'run', 'study.json'), 'utf8')) as StudyResult;
    expect(cache!.fillSeconds).toBe(0);
    expect(cache!.computed).toBeGreaterThan(0);
    // Each epoch leaves out what does not fill a batch.
    expect(cache!.computed).toBeLessThanOrEqual(cache!.images);
  });
});

describe('a configuration is refused', () => {
  const refusal = async (more: Partial<DistillConfig>) => (await kd('distill', await writeConfig(more))).err;
  const teacher = {
    model: { name: 'resnet', depth: 8, widths: [8, 8, 8, 8] },
    weights: 'teacher.safetensors',
  } satisfies DistillConfig['teacher'];

  it('with a live teacher to compare with and nothing kept', async () => {
    expect(await refusal({ teacher, study: { liveTeacherEpochs: 1 } })).toContain(
      'study.liveTeacherEpochs must be left out without teacher.cache',
    );
  });

  it("with a method that uses the teacher's own parameters", async () => {
    expect(await refusal({ method: [{ name: 'simkd' }] })).toMatch(/classifier/);
  });

  it('by kd cache, when it keeps nothing or is asked for something else', async () => {
    const path = await writeConfig({ teacher });
    expect((await kd('cache', 'build', path)).err).toContain('keeps nothing of its teacher');
    expect((await kd('cache', 'biuld', path)).err).toContain("Did you mean 'build'?");
  });

  it('with mixtures, which do not come again', async () => {
    expect(await refusal({ augmentation: { mixup: true } })).toContain(
      'augmentation.mixup must be left out with teacher.cache',
    );
  });

  it('when the outputs would not fit, before anything is computed', async () => {
    const cache = { folder: 'kept', maximumGigabytes: 1e-6 };
    expect(await refusal({ teacher: { ...teacher, cache } })).toMatch(
      /A full cache of .* above the 1\.00 kB that teacher\.cache\.maximumGigabytes allows/,
    );
  });
});
