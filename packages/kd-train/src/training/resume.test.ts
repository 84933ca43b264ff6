import fc from 'fast-check';
import { createTfjsBackend } from 'kd-backend-tfjs';
import { type Backend, type HostTensor, prngKey } from 'kd-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  adamW,
  checkpointName,
  cosine,
  listCheckpoints,
  memoryStorage,
  methodParts,
  runTraining,
  type Storage,
  sgd,
  type TrainingOptions,
  type TrainingResult,
} from '../index.ts';
import { blobSource } from '../testing/blob-source.ts';
import { noisyMemory } from '../testing/noisy-memory.ts';
import { toyRun } from '../testing/toy-run.ts';

let backend: Backend;
beforeAll(async () => {
  backend = await createTfjsBackend();
});

/** Runs until `steps` updates of this call are made, as Ctrl-C at that moment would. */
async function runFor(steps: number, options: TrainingOptions): Promise<TrainingResult> {
  const stop = new AbortController();
  let made = 0;
  if (steps === 0) stop.abort();
  return runTraining(
    { ...options, signal: stop.signal },
    {
      step: () => {
        made += 1;
        if (made === steps) stop.abort();
      },
    },
  );
}

const outcome = ({ variables, methodVariables, history, step }: TrainingResult): unknown => ({
  variables,
  methodVariables,
  history,
  step,
});

describe('resuming', () => {
  const validation = { source: blobSource({ length: 6, seed: 8 }), every: 2 };

  it.each([
    { name: 'SGD with momentum', optimizer: sgd({ momentum: 0.9, weightDecay: 5e-4 }) },
    { name: 'AdamW', optimizer: adamW() },
  ])('after stops at any steps gives the bits of an uninterrupted run: $name', async ({ optimizer }) => {
    const options = toyRun(backend, { optimizer, validation, learningRate: cosine({ initial: 0.05 }) });
    const whole = await runTraining(options);
    expect(whole.step).toBe(9);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(4), { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 10 }),
        async (stops, every) => {
          const checkpoint = { storage: memoryStorage(), every };
          for (const steps of stops) await runFor(steps, { ...options, checkpoint, resume: true });
          const resumed = await runTraining({ ...options, checkpoint, resume: true });
          expect(outcome(resumed)).toEqual(outcome(whole));
        },
      ),
      { numRuns: 12 },
    );
  });

  it('draws the same, and remembers the same, whatever the stops', async () => {
    const options = toyRun(backend, { method: noisyMemory() });
    const whole = await runTraining(options);
    const memory = (whole.methodVariables.state as { memory: HostTensor }).memory.data;
    expect(new Set(memory).size).toBe(20);
    for (const stop of [1, 4, 8]) {
      const resumable = { ...options, checkpoint: { storage: memoryStorage() }, resume: true };
      await runFor(stop, resumable);
      expect(outcome(await runTraining(resumable))).toEqual(outcome(whole));
    }
    const other = await runTraining({ ...options, key: prngKey(5) });
    expect((other.methodVariables.state as { memory: HostTensor }).memory.data).not.toEqual(memory);
  });

  it('after a crash goes on from the last periodic checkpoint to the same bits', async () => {
    const storage = memoryStorage();
    const options = toyRun(backend, { checkpoint: { storage, every: 2 } });
    const crash = runTraining(options, {
      step: ({ step }) => {
        if (step === 6) throw new Error('power cut');
      },
    });
    await expect(crash).rejects.toThrow('power cut');
    const started: number[] = [];
    const resumed = await runTraining(
      { ...options, resume: true },
      { start: ({ step }) => void started.push(step) },
    );
    expect(started).toEqual([6]);
    expect(outcome(resumed)).toEqual(outcome(await runTraining(toyRun(backend))));
  });

  it('falls back over a torn file where that is agreed to, with a warning, to the same bits', async () => {
    const storage = memoryStorage();
    const options = toyRun(backend, { checkpoint: { storage, every: 2 } });
    await runFor(5, options);
    const file = `${checkpointName(5)}.safetensors`;
    const torn = (await storage.read(file))!.slice(0, 1000);
    await storage.write(file, torn);
    const before = await storage.list();
    await expect(runTraining({ ...options, resume: true })).rejects.toMatchObject({
      code: 'CHECKPOINT',
      details: { predecessor: checkpointName(4), damaged: [{ file }] },
    });
    expect(await storage.list()).toEqual(before);

    const warnings: string[] = [];
    let kept: readonly string[] = [];
    const resumed = await runTraining(
      { ...options, resume: { fallback: true } },
      {
        warning: ({ message }) => void warnings.push(message),
        checkpoint: async ({ step }) => {
          if (step === 6) kept = await listCheckpoints(storage);
        },
      },
    );
    expect(kept).toEqual([checkpointName(6), checkpointName(4)]);
    expect(await storage.read(`${file}.damaged`)).toEqual(torn);
    expect(await storage.list()).toContain(`${checkpointName(5)}.json.damaged`);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(checkpointName(5));
    expect(warnings[0]).toContain(checkpointName(4));
    expect(outcome(resumed)).toEqual(outcome(await runTraining(toyRun(backend))));
  });

  it('needs no agreement after a kill between the two files of a checkpoint', async () => {
    const storage = memoryStorage();
    const options = toyRun(backend, { checkpoint: { storage, every: 2 } });
    await runFor(5, options);
    await storage.remove(`${checkpointName(5)}.json`);
    const started: number[] = [];
    const resumed = await runTraining(
      { ...options, resume: true },
      { start: ({ step }) => void started.push(step), warning: ({ message }) => expect.fail(message) },
    );
    expect(started).toEqual([4]);
    expect(outcome(resumed)).toEqual(outcome(await runTraining(toyRun(backend))));
  });

  it('says when other software goes on', async () => {
    const checkpoint = { storage: memoryStorage(), versions: { app: '1.0', other: '3' } };
    await runFor(2, toyRun(backend, { checkpoint }));
    const warnings: string[] = [];
    await runTraining(
      toyRun(backend, { checkpoint: { ...checkpoint, versions: { app: '2.0' } }, resume: true }),
      { warning: ({ message }) => void warnings.push(message) },
    );
    expect(warnings).toEqual([expect.stringContaining('other software (app 1.0, now 2.0)')]);
  });

  it('prolongs a finished run', async () => {
    const checkpoint = { storage: memoryStorage() };
    await runTraining(toyRun(backend, { checkpoint, epochs: 2 }));
    const longer = await runTraining(toyRun(backend, { checkpoint, epochs: 3, resume: true }));
    expect(outcome(longer)).toEqual(outcome(await runTraining(toyRun(backend))));
  });

  it('says how to go on', async () => {
    const storage = memoryStorage();
    const messages: string[] = [];
    const stop = new AbortController();
    const result = await runTraining(toyRun(backend, { checkpoint: { storage }, signal: stop.signal }), {
      step: () => stop.abort(),
      end: ({ message, reason }) => void messages.push(reason, message),
    });
    expect(result).toMatchObject({ reason: 'interrupted', step: 1 });
    expect(messages[0]).toBe('interrupted');
    expect(messages[1]).toContain(`Saved as '${checkpointName(1)}' in memory`);
    expect(messages[1]).toContain('resume: true');
  });
});

describe('a checkpoint of another run', () => {
  const refused = async (changes: Partial<TrainingOptions>): Promise<unknown> => {
    const checkpoint: { storage: Storage } = { storage: memoryStorage() };
    await runFor(2, toyRun(backend, { checkpoint, learningRate: cosine({ initial: 0.05 }) }));
    return runTraining(
      toyRun(backend, { checkpoint, learningRate: cosine({ initial: 0.05 }), resume: true, ...changes }),
    ).catch((error: unknown) => error);
  };

  it.each([
    [
      'the optimiser',
      { optimizer: sgd({ momentum: 0.8, weightDecay: 5e-4 }) },
      'optimizer/momentum: 0.9 in the checkpoint, 0.8 now',
    ],
    [
      'a group of parameters',
      {
        optimizer: sgd({
          momentum: 0.9,
          weightDecay: 5e-4,
          groups: [{ match: methodParts, learningRateFactor: 2 }],
        }),
      },
      'optimizer/exceptions/method/',
    ],
    ['the seed', { key: prngKey(5) }, 'key:'],
    ['the batches', { source: blobSource({ batchSize: 5 }) }, 'data/batchSize: 8 in the checkpoint, 5 now'],
    ['the data', { source: blobSource({ seed: 1 }) }, 'data/firstBatch'],
    [
      'the learning rate',
      { learningRate: cosine({ initial: 0.06 }) },
      'other values of learningRate in its first 2 steps',
    ],
    ['the length of a cosine', { epochs: 4 }, 'other values of learningRate'],
    ['the length, below what is done', { steps: 1 }, 'more than the 1 of this run'],
  ])('is refused, naming %s', async (_name, changes, message) => {
    const error = (await refused(changes)) as Error;
    expect(error).toMatchObject({ code: 'CHECKPOINT' });
    expect(error.message).toContain(message);
  });

  it('is not overwritten by a run that does not resume', async () => {
    const checkpoint = { storage: memoryStorage() };
    await runFor(1, toyRun(backend, { checkpoint }));
    await expect(runTraining(toyRun(backend, { checkpoint }))).rejects.toThrow(
      /already holds the checkpoint/,
    );
  });
});
