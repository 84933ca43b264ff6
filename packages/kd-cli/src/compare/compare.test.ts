import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KdError } from 'kd-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { DistillConfig } from '../config/config.ts';
import { listenForInterrupt } from '../pipeline/interrupt.ts';
import { fakeHost } from '../testing/fake-host.ts';
import { type Comparison, planComparison } from './comparison.ts';
import { comparisonPage } from './comparison-page.ts';
import { comparisonReport } from './comparison-report.ts';
import type { Job, JobAnswer, JobResult } from './job.ts';
import { inParallel } from './pool.ts';
import { chooseRecipes, listRecipes } from './recipes.ts';
import { type ComparisonResults, runComparison } from './run-comparison.ts';

const base: DistillConfig = {
  seed: 4,
  dataset: { name: 'digits' },
  teacher: { model: { name: 'resnet', depth: 8, widths: [2, 2, 4, 4] }, training: { epochs: 1 } },
  student: { model: { name: 'resnet', depth: 8, widths: [1, 1, 2, 2] } },
  method: [{ name: 'hinton' }],
  learningRate: 0.1,
  epochs: 1,
  output: 'out',
};

let folder: string;
let comparison: Comparison;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kd-compare-'));
  const recipes: Record<string, object> = {
    hinton: base,
    'attention-transfer': { ...base, method: [{ name: 'attentionTransfer' }] },
    'same-as-alone': { ...base, method: [{ name: 'crossEntropy' }] },
    longer: { ...base, epochs: 2, output: 'elsewhere' },
    broken: { ...base, method: [{ name: 'hintn' }] },
    unfit: { ...base, method: [{ name: 'fitnet', studentTap: 'stage3', teacherTap: 'pooled' }] },
  };
  for (const [name, config] of Object.entries(recipes)) {
    await writeFile(join(folder, `${name}.json`), JSON.stringify(config));
  }
  await writeFile(join(folder, 'common.mjs'), 'throw new Error("No recipe.");');
  comparison = await planComparison(await listRecipes(folder));
});

describe('recipes', () => {
  it('are the files of a folder, chosen by either spelling', async () => {
    const all = await listRecipes(folder);
    const names = ['attention-transfer', 'broken', 'hinton', 'longer', 'same-as-alone', 'unfit'];
    expect(all.map(({ name }) => name)).toEqual(names);
    expect(chooseRecipes(all, 'hinton, attentionTransfer').map(({ name }) => name)).toEqual([
      'hinton',
      'attention-transfer',
    ]);
    expect(() => chooseRecipes(all, 'hintn')).toThrow("There is no recipe 'hintn'. Did you mean 'hinton'?");
    await expect(listRecipes(join(folder, 'nowhere'))).rejects.toThrow(
      /There is no folder of recipes .*ENOENT/,
    );
  });
});

describe('planComparison', () => {
  it('adds the baselines of each training of a student, once', () => {
    expect(comparison.entries.map(({ name, role }) => [name, role])).toEqual([
      ['student alone', 'alone'],
      ['label smoothing', 'label smoothing'],
      ['student alone (as in longer)', 'alone'],
      ['label smoothing (as in longer)', 'label smoothing'],
      ['attention-transfer', 'method'],
      ['hinton', 'method'],
      ['longer', 'method'],
    ]);
  });

  it('has one teacher for all that ask the same', () => {
    const of = (name: string) => comparison.entries.find((entry) => entry.name === name)!.teacher;
    expect(of('hinton')).toBe(of('attention-transfer'));
    // Its training does not depend on that of the student, whose epochs differ.
    expect(of('longer')).toBe(of('hinton'));
    expect(of('student alone')).toBeUndefined();
    expect([...comparison.teachers.keys()]).toEqual([of('hinton')]);
  });

  it('keeps what cannot be trained as refused, in words', () => {
    expect(comparison.refused.map(({ name }) => name)).toEqual(['broken', 'unfit']);
    expect(comparison.refused[0]!.error).toMatch(/^broken\.json has a problem:\n.*Did you mean 'hinton'/);
    expect(comparison.refused[1]!.error).toMatch(/No hint regressor maps/);
  });
});

function resultOf(top1: number): JobResult {
  return {
    architecture: 'tiny',
    parameters: 100,
    dataset: {
      name: 'digits',
      classes: 10,
      inputShape: [8, 8, 1],
      samples: { train: 50, transfer: 10, validation: 5, test: 20 },
    },
    metrics: { top1, nll: 1 - top1, ece: 0.1 },
    steps: 3,
    millisecondsPerStep: 10 * top1,
    peakBytes: 1e8 * top1,
    seconds: 2,
    environment: { Node: 'v1' },
  };
}

const accuracy = (job: Job): number => {
  const gain = job.config.method[0]!.name === 'attentionTransfer' ? 0.1 * job.config.seed! : 0;
  return 0.5 + 0.01 * job.config.seed! + gain;
};

/** Runs a comparison whose trainings are made up, and keeps which were asked for. */
async function compare(options: { work: string; fails?: (job: Job) => boolean; interruptAt?: number }) {
  const host = fakeHost();
  const jobs: Job[] = [];
  const results = await runComparison({
    host,
    comparison,
    seeds: [1, 2],
    split: 'test',
    jobs: 2,
    backend: 'none',
    work: options.work,
    overwrite: false,
    interrupt: listenForInterrupt(host, { saved: options.work, again: 'kd compare again' }),
    run: async (job): Promise<JobAnswer> => {
      jobs.push(job);
      if (jobs.length === options.interruptAt) host.interrupt();
      if (options.fails?.(job) === true) return { error: 'The method says no.\nat line 3' };
      if (job.weights !== undefined) await writeFile(job.weights, '');
      return { result: resultOf(accuracy(job)) };
    },
  });
  return { results, jobs, err: host.err() };
}

const work = (): Promise<string> => mkdtemp(join(tmpdir(), 'kd-compare-work-'));

describe('runComparison', () => {
  it('trains the teacher first, then each setting with each seed, and nothing again', async () => {
    const path = await work();
    const { jobs } = await compare({ work: path });
    expect(jobs.map(({ kind }) => kind)).toEqual(['teacher', ...new Array(14).fill('student')]);
    expect(jobs[0]!.config.seed).toBe(4);
    expect(new Set(jobs.slice(1).map(({ config }) => config.seed))).toEqual(new Set([1, 2]));
    const taught = jobs.filter(({ config }) => config.method[0]!.name === 'attentionTransfer');
    expect(taught.map(({ config }) => config.teacher.weights)).toEqual([jobs[0]!.weights, jobs[0]!.weights]);
    expect((await compare({ work: path })).jobs).toEqual([]);
  });

  it('goes on where it was interrupted', async () => {
    const path = await work();
    const failure = await compare({ work: path, interruptAt: 5 }).catch((error: unknown) => error);
    expect(KdError.isInstance(failure) && failure.code).toBe('INTERRUPTED');
    const { jobs, results } = await compare({ work: path });
    expect(jobs.length).toBeGreaterThan(9);
    expect(jobs.length).toBeLessThan(15);
    expect(results.entries.every(({ answers }) => answers.every((answer) => 'result' in answer))).toBe(true);
  });

  it('keeps failures as answers, tells them, and tries them again', async () => {
    const path = await work();
    const fails = ({ config }: Job): boolean =>
      config.method[0]!.name === 'attentionTransfer' && config.seed === 2;
    const { results, err } = await compare({ work: path, fails });
    const row = results.entries.find(({ entry }) => entry.name === 'attention-transfer')!;
    expect(row.answers.map((answer) => 'error' in answer)).toEqual([false, true]);
    expect(err).toContain('attention-transfer, seed 2: failed: The method says no.');
    expect((await compare({ work: path })).jobs).toHaveLength(1);
  });

  it('trains no student of a teacher that failed', async () => {
    const { jobs, results } = await compare({ work: await work(), fails: ({ kind }) => kind === 'teacher' });
    expect(jobs).toHaveLength(1 + 8);
    expect(results.entries.find(({ entry }) => entry.name === 'hinton')!.answers[0]).toEqual({
      error: 'Its teacher cannot be trained: The method says no.\nat line 3',
    });
  });
});

describe('the report', () => {
  const about = { recipes: 'recipes', seeds: [1, 2], split: 'test', reproduce: 'kd compare' } as const;
  const reportOf = (results: ComparisonResults) => comparisonReport(comparison, results, about);

  it('pairs each seed with the same seed of the student alone, and sorts by what is gained', async () => {
    const { results } = await compare({ work: await work() });
    const { measured, failed } = reportOf(results);
    expect(measured[0]!.name).toBe('attention-transfer');
    // 0.1 and 0.2 more than alone: the mean, and the standard deviation of the differences.
    expect(measured[0]!.gain!.mean).toBeCloseTo(0.15, 12);
    expect(measured[0]!.gain!.standardDeviation).toBeCloseTo(Math.SQRT1_2 * 0.1, 12);
    expect(measured[0]!.top1.mean).toBeCloseTo((0.61 + 0.72) / 2, 12);
    // The fastest run and the largest memory, over those of the student alone.
    expect(measured[0]!.cost!.time).toBeCloseTo(0.61 / 0.51, 12);
    expect(measured[0]!.cost!.memory).toBeCloseTo(0.72 / 0.52, 12);
    expect(measured.find(({ name }) => name === 'hinton')!.gain!.mean).toBe(0);
    expect(failed.map(({ name }) => name)).toEqual(['broken', 'unfit']);
  });

  it('is a page with a row for each, failures included, and no date', async () => {
    const fails = ({ config }: Job): boolean => config.method[0]!.name === 'attentionTransfer';
    const { results } = await compare({ work: await work(), fails });
    const page = comparisonPage(reportOf(results));
    expect(page).toContain('50 to train on, of which the students see 10, 20 to measure on');
    expect(page).toMatch(
      /^\| \*\*student alone\*\* \| 51\.50 \u00b1 0\.71 \| {2}\| {2}\| 0\.485 \u00b1 0\.007 \|/m,
    );
    expect(page).toMatch(/^\| hinton \| 51\.50 \u00b1 0\.71 \| 0\.00 \u00b1 0\.00 \| 0\.00 to 0\.00 \|/m);
    expect(page).toContain('| attention-transfer | The method says no. |');
    expect(page).toMatch(/\| broken \| broken\.json has a problem: method\[0\]\.name must be one of/);
    expect(page).not.toMatch(/20\d\d-|GMT|kd-compare-/);
  });
});

describe('inParallel', () => {
  it('never does more at a time than it may, and all of it', async () => {
    let running = 0;
    let most = 0;
    const done: number[] = [];
    await inParallel([1, 2, 3, 4, 5], 2, async (item) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 6 - item));
      running -= 1;
      done.push(item);
    });
    expect(most).toBe(2);
    expect(done.sort()).toEqual([1, 2, 3, 4, 5]);
  });

  it('begins nothing after an error, which it passes on', async () => {
    const begun: number[] = [];
    const work = inParallel([1, 2, 3, 4], 2, async (item) => {
      begun.push(item);
      if (item === 1) throw new Error('no');
      await new Promise((resolve) => setTimeout(resolve, 1));
    });
    await expect(work).rejects.toThrow('no');
    expect(begun).toEqual([1, 2]);
  });
});

it('reads back what was measured', async () => {
  const path = await work();
  await compare({ work: path });
  const { results } = await compare({ work: path });
  const [first] = results.entries[0]!.answers;
  expect(first).toEqual({ result: resultOf(0.51) });
  const id = [...results.teachers.keys()][0]!;
  expect(JSON.parse(await readFile(join(path, 'jobs', `${id}.json`), 'utf8'))).toMatchObject({ steps: 3 });
});
