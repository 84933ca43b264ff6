import fc from 'fast-check';
import { createTfjsBackend } from 'kd-backend-tfjs';
import { type Backend, foldIn, splitKey } from 'kd-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  checkpointName,
  cosine,
  crossEntropy,
  fitnet,
  listCheckpoints,
  type Method,
  memoryStorage,
  runTraining,
  type StartEvent,
  sgd,
  sum,
  type TrainingEvent,
  type TrainingOptions,
  type TrainingResult,
  train,
  type WarmUp,
  weight,
} from '../index.ts';
import { blobSource } from '../testing/blob-source.ts';
import { toyRun } from '../testing/toy-run.ts';
import { twoStages } from '../testing/two-stages.ts';

let backend: Backend;
let tensorsBefore: number;
beforeEach(async () => {
  backend = await createTfjsBackend();
  tensorsBefore = backend.memory().tensors;
});
afterEach(() => {
  expect(backend.memory().tensors).toBe(tensorsBefore);
});

/** Six steps of warm-up, and nine of the main stage. */
function stagedRun(warmUp: Partial<WarmUp> = {}, changes: Partial<TrainingOptions> = {}): TrainingOptions {
  const method = sum([weight(0.5, crossEntropy()), weight(2, twoStages(warmUp))]);
  return toyRun(backend, { method, learningRate: cosine({ initial: 0.05 }), ...changes });
}

/** Runs until `steps` updates of this call are made, of whatever stage. */
async function runFor(
  steps: number,
  options: TrainingOptions,
): Promise<{ events: TrainingEvent[]; result: TrainingResult }> {
  const stop = new AbortController();
  if (steps === 0) stop.abort();
  const events: TrainingEvent[] = [];
  const stream = train({ ...options, signal: stop.signal });
  for (;;) {
    const { done, value } = await stream.next();
    if (done === true) return { events, result: value };
    events.push(value);
    if (events.filter(({ type }) => type === 'step').length === steps) stop.abort();
  }
}

const starts = (events: readonly TrainingEvent[]): StartEvent[] =>
  events.filter((event) => event.type === 'start');

describe('a warm-up', () => {
  it('is a stage of its own, with schedules of its own length', async () => {
    const checkpoint = { storage: memoryStorage(), every: 4 };
    const validation = { source: blobSource({ length: 5, seed: 3 }), every: 2 };
    const { events, result } = await runFor(99, stagedRun({}, { checkpoint, validation, epochs: 2 }));
    // Checkpoints are written beside the steps.
    const others = events.filter(({ type }) => type !== 'checkpoint');
    const epoch = ['step', 'step', 'step', 'epoch'];
    expect(others.map((event) => [event.type, 'stage' in event ? event.stage : ''].join(' '))).toEqual([
      ...['start', ...epoch, ...epoch, 'end'].map((type) => `${type} warm-up`),
      ...['start', ...epoch, 'step', 'step', 'step'].map((type) => `${type} main`),
      'evaluation ',
      ...['epoch', 'end'].map((type) => `${type} main`),
    ]);
    const written = events.filter((event) => event.type === 'checkpoint');
    expect(written.map(({ stage, step }) => [stage, step])).toEqual([
      ['warm-up', 4],
      ['warm-up', 6],
      ['main', 4],
      ['main', 6],
    ]);
    expect(starts(events).map(({ totalSteps }) => totalSteps)).toEqual([6, 6]);
    const rates = events.flatMap((event) => (event.type === 'step' ? [event.learningRate] : []));
    expect(rates.slice(0, 6)).toEqual(rates.slice(6));
    expect(rates[3]).toBeCloseTo(0.025, 12);
    expect(result).toMatchObject({ stage: 'main', step: 6, reason: 'completed' });
    expect(result.history).toHaveLength(2);
  });

  it('has a learning rate of its own where it says so', async () => {
    const { events } = await runFor(7, stagedRun({ learningRate: ({ step }) => 0.01 * (step + 1) }));
    const rates = events.flatMap((event) => (event.type === 'step' ? [event.learningRate] : []));
    expect(rates.slice(-2)).toEqual([0.06, 0.05]);
  });

  it.each([true, false])('hands over what two runs by hand would (the student: %s)', async (keepsStudent) => {
    const options = stagedRun({ keepsStudent, learningRate: 0.02 });
    const { key, student } = options;
    const found = await runTraining(options);

    const start = student.init(splitKey(key)[0]);
    const hint = fitnet({ studentTap: 'feature', teacherTap: 'feature' });
    const first = await runTraining({
      ...options,
      method: hint,
      learningRate: 0.02,
      epochs: 2,
      key: foldIn(key, 1),
      studentVariables: start,
    });
    const { warmUp: _, ...alone } = twoStages();
    const second: Method = { ...alone, init: () => first.methodVariables };
    const expected = await runTraining({
      ...options,
      method: sum([weight(0.5, crossEntropy()), weight(2, second)]),
      studentVariables: keepsStudent ? first.variables : start,
    });
    expect(found.variables).toEqual(expected.variables);
    expect(found.methodVariables).toEqual(expected.methodVariables);
    expect(found.history).toEqual(expected.history);
  });
});

describe('a run with a warm-up that is resumed', () => {
  const outcome = ({ variables, methodVariables, history, step, stage }: TrainingResult): unknown => ({
    variables,
    methodVariables,
    history,
    step,
    stage,
  });

  it.each([true, false])(
    'at any step of any stage gives the bits of one that is not (%s)',
    async (keepsStudent) => {
      const options = stagedRun({ keepsStudent });
      const whole = await runTraining(options);
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.nat(7), { minLength: 1, maxLength: 3 }),
          fc.integer({ min: 1, max: 7 }),
          async (stops, every) => {
            const resumed = { ...options, checkpoint: { storage: memoryStorage(), every }, resume: true };
            for (const steps of stops) await runFor(steps, resumed);
            expect(outcome(await runTraining(resumed))).toEqual(outcome(whole));
          },
        ),
        { numRuns: 8 },
      );
    },
  );

  it('says where it goes on, and does not repeat a warm-up that is over', async () => {
    const storage = memoryStorage();
    const options = stagedRun({}, { checkpoint: { storage, every: 100 }, resume: true });
    const first = await runFor(2, options);
    expect(first.result).toMatchObject({ stage: 'warm-up', step: 2, reason: 'interrupted', history: [] });
    expect(first.events.at(-1)).toMatchObject({ type: 'end', stage: 'warm-up', reason: 'interrupted' });
    expect(await listCheckpoints(storage)).toEqual([checkpointName(2, 'warm-up')]);

    const crash = runTraining(options, {
      step: ({ stage }) => {
        if (stage === 'main') throw new Error('power cut');
      },
    });
    await expect(crash).rejects.toThrow('power cut');
    const third = await runFor(1, options);
    expect(starts(third.events)).toMatchObject([
      { stage: 'main', step: 0, resumedFrom: checkpointName(6, 'warm-up') },
    ]);
    const fourth = await runFor(1, options);
    expect(starts(fourth.events)).toMatchObject([{ stage: 'main', step: 1, resumedFrom: checkpointName(1) }]);
    // Newest first, and no more than are to be kept, of whatever stage.
    expect(await listCheckpoints(storage)).toEqual([checkpointName(2), checkpointName(1)]);
  });

  it('falls back to the warm-up over a torn checkpoint of the main stage', async () => {
    const storage = memoryStorage();
    const options = stagedRun({}, { checkpoint: { storage, every: 6 }, resume: true });
    await runFor(7, options);
    const file = `${checkpointName(1)}.safetensors`;
    await storage.write(file, (await storage.read(file))!.slice(0, 1000));
    await expect(runFor(99, options)).rejects.toThrow(/'warm-up-0000000006', is whole/);
    const { events, result } = await runFor(99, { ...options, resume: { fallback: true } });
    expect(events[0]).toMatchObject({ type: 'warning', message: expect.stringContaining('warm-up-') });
    expect(outcome(result)).toEqual(outcome(await runTraining(stagedRun())));
  });

  it('gives what the main stage would begin with when it is stopped before', async () => {
    const { result } = await runFor(2, stagedRun());
    const fresh = await runFor(0, stagedRun());
    expect(Object.keys(result.methodVariables.params)).toEqual(
      Object.keys(fresh.result.methodVariables.params),
    );
    expect(result.variables).not.toEqual(fresh.result.variables);
    expect(result.deployed).toEqual({ model: result.deployed.model, variables: result.variables });
  });

  it.each<[string, Partial<WarmUp>, Partial<TrainingOptions>, string]>([
    ['its length', { epochs: 3 }, {}, 'warmUp/epochs: 2 in the checkpoint, 3 now'],
    ['its hand-over', { keepsStudent: false }, {}, 'warmUp/keepsStudent: true in the checkpoint, false now'],
    ['its learning rate', { learningRate: 0.03 }, {}, 'warmUp/schedules/learningRate'],
    ['its method', { method: crossEntropy() }, {}, 'warmUp/method/'],
    ['the optimiser', {}, { optimizer: sgd({ momentum: 0.8 }) }, 'warmUp/optimizer/momentum: 0.9'],
  ])('is refused with another warm-up, whose %s differs', async (_name, warmUp, changes, message) => {
    for (const steps of [2, 8]) {
      const checkpoint = { storage: memoryStorage() };
      await runFor(steps, stagedRun({}, { checkpoint }));
      const again = runTraining(stagedRun(warmUp, { checkpoint, resume: true, ...changes }));
      await expect(again).rejects.toMatchObject({ code: 'CHECKPOINT' });
      await expect(again).rejects.toThrow(message);
    }
  });
});

describe('a warm-up that makes no stage', () => {
  const never = (): Backend =>
    Object.create(backend, {
      compile: {
        value: () => {
          throw new Error('compiled too early');
        },
      },
    }) as Backend;

  it.each<[string, Partial<WarmUp>, RegExp]>([
    ['no epoch', { epochs: 0 }, /The epochs of the warm-up of 'sum' must be a positive integer, got 0/],
    ['a warm-up of its own', { method: twoStages() }, /taught by 'twoStages', which has a warm-up itself/],
    ['an unknown tap', { method: fitnet({ studentTap: 'nose' }) }, /needs the tap 'nose'/],
    ['a learning rate that is none', { learningRate: () => Number.NaN }, /learningRate gives NaN at step 0/],
    [
      'more samples than there are in the last batch',
      { method: { ...crossEntropy(), requires: { student: [], teachers: [], smallestBatch: 5 } } },
      /of 20 samples in batches of 8 the last has 4/,
    ],
  ])('is refused before anything is compiled: %s', async (_name, warmUp, message) => {
    await expect(runTraining({ ...stagedRun(warmUp), backend: never() })).rejects.toThrow(message);
  });

  it('is refused where a storage holds the checkpoint of another run', async () => {
    const checkpoint = { storage: memoryStorage() };
    await runFor(1, stagedRun({}, { checkpoint }));
    await expect(runTraining(stagedRun({}, { checkpoint }))).rejects.toThrow(
      /already holds the checkpoint 'warm-up-/,
    );
  });
});
