import fc from 'fast-check';
import { createTfjsBackend } from 'kd-backend-tfjs';
import { type Backend, type ClassificationMetrics, prngKey } from 'kd-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  crossEntropy,
  evaluate,
  listCheckpoints,
  memoryStorage,
  runTraining,
  type TrainingOptions,
  type TrainingResult,
} from '../index.ts';
import { blobSource } from '../testing/blob-source.ts';
import { tinyNetwork } from '../testing/tiny-network.ts';
import { toyRun } from '../testing/toy-run.ts';
import type { EpochSummary } from './epoch-totals.ts';
import { stopsEarly } from './selection.ts';

let backend: Backend;
beforeAll(async () => {
  backend = await createTfjsBackend();
});

const historyOf = (values: readonly (number | undefined)[]): EpochSummary[] =>
  values.map((nll, epoch) => ({
    epoch,
    loss: 1,
    terms: {},
    accuracy: 0,
    ...(nll !== undefined && { validation: { nll, top1: -nll } as ClassificationMetrics }),
  }));

describe('stopsEarly', () => {
  it.each([
    ['the last is the best', [3, 2, 1], { patience: 1 }, false],
    ['one is not better', [3, 2, 2], { patience: 1 }, true],
    ['patience is left', [3, 2, 2], { patience: 2 }, false],
    ['an improvement begins the wait anew', [3, 4, 2, 4], { patience: 2 }, false],
    ['an improvement is too small', [3, 2.95, 2.91], { patience: 2, minDelta: 0.1 }, true],
    ['small improvements add up', [3, 2.95, 2.85], { patience: 2, minDelta: 0.1 }, false],
    ['the start does not count', [1, 2, 3, 4], { patience: 2, start: 2 }, false],
    ['epochs without evaluation do not count', [1, undefined, 2, undefined], { patience: 2 }, false],
  ])('%s', (_name, values, settings, expected) => {
    expect(stopsEarly(historyOf(values), { metric: 'nll', ...settings })).toBe(expected);
    // Of an accuracy, higher is better.
    expect(stopsEarly(historyOf(values), { metric: 'top1', ...settings })).toBe(expected);
  });

  it('stops where the best of the last evaluations is not below the best before them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 12 }),
        fc.integer({ min: 1, max: 4 }),
        (values, patience) => {
          const [before, recent] = [values.slice(0, -patience), values.slice(-patience)];
          const expected = before.length > 0 && Math.min(...recent) >= Math.min(...before);
          expect(stopsEarly(historyOf(values), { metric: 'nll', patience })).toBe(expected);
        },
      ),
    );
  });
});

/** A run whose validation gets better, and then worse. */
const wavering = (changes: Partial<TrainingOptions> = {}): TrainingOptions =>
  toyRun(backend, {
    method: crossEntropy(),
    teachers: [],
    student: tinyNetwork({ channels: 4 }),
    // From the middle of the run on it only does damage.
    learningRate: ({ epoch }) => (epoch < 4 ? 0.3 : -0.3),
    epochs: 8,
    validation: { source: blobSource({ length: 12, seed: 8 }) },
    ...changes,
  });

describe('select', () => {
  it('keeps the network of the epoch with the best validation', async () => {
    const storage = memoryStorage();
    const evaluations: (boolean | undefined)[] = [];
    const options = wavering({ select: { metric: 'nll' }, checkpoint: { storage, keep: 1 } });
    const { best, deployed, history } = await runTraining(options, {
      evaluation: (event) => void evaluations.push(event.best),
    });
    const values = history.map(({ validation }) => validation!.nll);
    const value = Math.min(...values);
    expect(best).toMatchObject({ epoch: values.indexOf(value), value });
    // Else the test would see nothing.
    expect(best!.epoch).toBeLessThan(7);
    expect(best!.deployed.variables).not.toEqual(deployed.variables);
    const { metrics } = await evaluate({ backend, ...best!.deployed, source: options.validation!.source });
    expect(metrics.nll).toBe(value);
    expect(evaluations).toEqual(
      values.map((each, epoch) => each < Math.min(...values.slice(0, epoch), Infinity)),
    );
    expect(await listCheckpoints(storage)).toHaveLength(2);
  });

  it('finds it again after a resumption that adds nothing better', async () => {
    const checkpoint = { storage: memoryStorage(), keep: 1 };
    const select = { metric: 'nll' } as const;
    const { best, variables } = await runTraining(wavering({ select, checkpoint }));
    const again = await runTraining(wavering({ select, checkpoint, resume: true }));
    expect(again.best).toEqual({
      ...best,
      deployed: { ...best!.deployed, model: again.best!.deployed.model },
    });
    expect(again.variables).toEqual(variables);
    await expect(
      runTraining(wavering({ select: { metric: 'top1' }, checkpoint, resume: true })),
    ).rejects.toThrow(/selected its best network by nll, and is to go on by top1/);
  });

  it('goes on where the best is gone, and says so', async () => {
    const checkpoint = { storage: memoryStorage(), keep: 1 };
    const select = { metric: 'nll' } as const;
    const { best } = await runTraining(wavering({ select, checkpoint }));
    const bestName = (await listCheckpoints(checkpoint.storage)).at(-1)!;
    for (const file of await checkpoint.storage.list()) {
      if (file.startsWith(bestName)) await checkpoint.storage.remove(file);
    }
    const warnings: string[] = [];
    const longer = await runTraining(wavering({ select, checkpoint, epochs: 9, resume: true }), {
      warning: ({ message }) => void warnings.push(message),
    });
    expect(warnings).toEqual([
      expect.stringContaining(`of epoch ${best!.epoch} (nll ${best!.value}), is gone`),
    ]);
    expect(longer.best!.epoch).toBe(8);
  });
});

describe('earlyStopping', () => {
  it('ends the run, and says why', async () => {
    const ends: string[] = [];
    const earlyStopping = { metric: 'nll', patience: 2 } as const;
    const whole = await runTraining(wavering());
    const values = whole.history.map(({ validation }) => validation!.nll);
    const last = values.findIndex((_, epoch) => stopsEarly(historyOf(values.slice(0, epoch)), earlyStopping));
    // Else the test would see nothing.
    expect(last).toBeGreaterThan(0);
    const stopped = await runTraining(wavering({ earlyStopping }), {
      end: ({ reason, message }) => void ends.push(reason, message),
    });
    expect(stopped).toMatchObject({ reason: 'stopped-early', step: last * 3 });
    expect(stopped.history).toEqual(whole.history.slice(0, last));
    expect(ends).toEqual([
      'stopped-early',
      `Stopped early after ${last * 3} of 24 steps: nll has not improved in 2 evaluations.`,
    ]);
  });

  it('is over when a run that it ended is resumed', async () => {
    const checkpoint = { storage: memoryStorage() };
    const changes = { checkpoint, earlyStopping: { metric: 'nll', patience: 2 } } as const;
    const first = await runTraining(wavering(changes));
    const again = await runTraining(wavering({ ...changes, resume: true }));
    const outcome = ({ reason, step, variables, history }: TrainingResult) => ({
      reason,
      step,
      variables,
      history,
    });
    expect(outcome(again)).toEqual(outcome(first));
    const patient = { metric: 'nll', patience: 8 } as const;
    const longer = await runTraining(wavering({ checkpoint, earlyStopping: patient, resume: true }));
    expect(longer).toMatchObject({ reason: 'completed', step: 24 });
  });
});

it.each<[Partial<TrainingOptions>, RegExp]>([
  [{ select: { metric: 'accuracy' as never } }, /select.metric must be one of top1, .*got 'accuracy'/],
  [{ earlyStopping: { metric: 'nll', patience: 0 } }, /patience must be a positive integer, got 0/],
  [{ earlyStopping: { metric: 'nll', patience: 1, minDelta: -1 } }, /minDelta .* got -1/],
  [{ earlyStopping: { metric: 'nll', patience: 1, start: 0.5 } }, /start .* got 0.5/],
])('settings out of range are refused: %j', async (changes, message) => {
  await expect(runTraining(wavering(changes))).rejects.toThrow(message);
});

it('without a validation nothing can be selected', async () => {
  const options = toyRun(backend, { select: { metric: 'top1' }, key: prngKey(1) });
  await expect(runTraining(options)).rejects.toThrow(/select goes by the validation, and there is none/);
});
