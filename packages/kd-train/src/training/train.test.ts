import { createTfjsBackend } from 'kd-backend-tfjs';
import { type Backend, type BatchSource, prngKey, splitKey } from 'kd-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  checkpointName,
  cosine,
  crossEntropy,
  evaluate,
  fitnet,
  hinton,
  listCheckpoints,
  type Method,
  memoryStorage,
  runTraining,
  type StepEvent,
  type Storage,
  sum,
  type TrainingEvent,
  type TrainingOptions,
  train,
  weight,
} from '../index.ts';
import { blobSource } from '../testing/blob-source.ts';
import { failingAt } from '../testing/failing-method.ts';
import { frozenNetwork } from '../testing/frozen-network.ts';
import { grownStudent } from '../testing/grown-student.ts';
import { tinyNetwork } from '../testing/tiny-network.ts';
import { toyRun } from '../testing/toy-run.ts';
import { type AnyCompiled, withCompile } from '../testing/with-compile.ts';

let backend: Backend;
let tensorsBefore: number;
beforeEach(async () => {
  backend = await createTfjsBackend();
  tensorsBefore = backend.memory().tensors;
});
afterEach(() => {
  expect(backend.memory().tensors).toBe(tensorsBefore);
});

async function eventsOf(options: TrainingOptions): Promise<TrainingEvent[]> {
  const events: TrainingEvent[] = [];
  for await (const event of train(options)) events.push(event);
  return events;
}

describe('train', () => {
  it('learns: the loss falls and the student recognises what it was shown', async () => {
    const options = toyRun(backend, {
      method: crossEntropy(),
      teachers: [],
      student: tinyNetwork({ channels: 6 }),
      source: blobSource({ length: 24 }),
      epochs: 25,
      learningRate: cosine({ initial: 0.2 }),
    });
    const teacherTimes = new Set<number>();
    const { history, variables } = await runTraining(options, {
      step: ({ teacherMilliseconds }) => void teacherTimes.add(teacherMilliseconds),
    });
    expect(history).toHaveLength(25);
    expect([...teacherTimes]).toEqual([0]);
    expect(history[24]!.loss).toBeLessThan(0.3 * history[0]!.loss);
    const { metrics } = await evaluate({
      backend,
      model: options.student,
      variables,
      source: options.source,
    });
    expect(metrics.top1).toBeGreaterThan(0.9);
  });

  it('tells of every step, epoch, evaluation and checkpoint, in order', async () => {
    const events = await eventsOf(
      toyRun(backend, {
        epochs: 2,
        validation: { source: blobSource({ length: 5, seed: 3 }), every: 2 },
        checkpoint: { storage: memoryStorage(), every: 4 },
      }),
    );
    const epoch = ['step', 'step', 'step'];
    // Checkpoints are written beside the steps.
    const types = events.map(({ type }) => type);
    expect(types.filter((type) => type !== 'checkpoint')).toEqual([
      'start',
      ...epoch,
      'epoch',
      ...epoch,
      'evaluation',
      'epoch',
      'end',
    ]);
    const written = events.filter((event) => event.type === 'checkpoint');
    expect(written.map(({ step }) => step)).toEqual([4, 6]);
    expect(types.indexOf('checkpoint')).toBeGreaterThan(types.indexOf('step', 5));
    expect(types.at(-2)).toBe('checkpoint');
    const steps = events.filter((event) => event.type === 'step');
    expect(steps.map(({ step, epoch: of, samples }) => [step, of, samples])).toEqual([
      [0, 0, 8],
      [1, 0, 8],
      [2, 0, 4],
      [3, 1, 8],
      [4, 1, 8],
      [5, 1, 4],
    ]);
    expect(steps[3]!.scalars['hinton/temperature']).toBe(3);
    const [first] = events.filter((event) => event.type === 'epoch');
    const mean = steps.slice(0, 3).reduce((total, { loss, samples }) => total + loss * samples, 0) / 20;
    expect(first!.loss).toBeCloseTo(mean, 10);
    expect(first!.accuracy).toBeCloseTo(
      steps.slice(0, 3).reduce((total, { correct }) => total + correct, 0) / 20,
      10,
    );
  });

  it('compiles the step once, whatever the schedules do', async () => {
    const compiled: AnyCompiled[] = [];
    const watched = withCompile(backend, (each) => {
      compiled.push(each);
      return each;
    });
    await runTraining(
      toyRun(watched, { source: blobSource({ length: 16 }), learningRate: cosine({ initial: 0.1 }) }),
    );
    expect(compiled.map(({ compilations }) => compilations)).toEqual([1]);
  });

  it('asks for the next batch while a step runs', async () => {
    const log: string[] = [];
    const source = blobSource();
    const logged: BatchSource = {
      ...source,
      batch(epoch, index) {
        log.push(`batch ${epoch}/${index}`);
        return source.batch(epoch, index);
      },
    };
    const slow = withCompile(backend, (compiled) => async (args) => {
      log.push('step begins');
      const result = await compiled(args);
      await new Promise((resolve) => setTimeout(resolve, 5));
      log.push('step ends');
      return result;
    });
    await runTraining(toyRun(slow, { source: logged, steps: 2 }), {
      start: () => void log.splice(0),
    });
    expect(log).toEqual(['batch 0/0', 'step begins', 'batch 0/1', 'step ends', 'step begins', 'step ends']);
  });

  it('tells what each step waited for, what its data took beside that, and the time in the backend', async () => {
    const pause = (milliseconds: number): Promise<void> =>
      new Promise((resolve) => setTimeout(resolve, milliseconds));
    const source = blobSource();
    const slowSource: BatchSource = {
      ...source,
      async batch(epoch, index) {
        await pause(20);
        return source.batch(epoch, index);
      },
    };
    const model = tinyNetwork({ channels: 3 });
    const slowTeacher = frozenNetwork(backend, { model, variables: model.init(prngKey(1)) });
    const teacher = {
      ...slowTeacher,
      run: async (...args: Parameters<typeof slowTeacher.run>) => {
        await pause(30);
        return slowTeacher.run(...args);
      },
    };
    const slow = withCompile(backend, (compiled) => async (args) => {
      await pause(120);
      return compiled(args);
    });
    const method = sum([weight(1, crossEntropy()), weight(1, hinton({ temperature: 2 }))]);
    const steps: StepEvent[] = [];
    const options = toyRun(slow, { source: slowSource, teachers: [teacher], method, steps: 2 });
    await runTraining(options, { step: (event) => void steps.push(event) });
    const [first, second] = steps as [StepEvent, StepEvent];
    // Timers may fire a millisecond early.
    for (const { dataMilliseconds, teacherMilliseconds, backendMilliseconds } of steps) {
      expect(dataMilliseconds).toBeGreaterThan(18);
      expect(teacherMilliseconds).toBeGreaterThan(28);
      expect(backendMilliseconds).toBeGreaterThan(118);
    }
    expect(first.waitMilliseconds).toBeGreaterThan(46);
    // Batch and teacher were ready long before the step ended.
    expect(second.waitMilliseconds).toBeLessThan(40);
    for (const { milliseconds, waitMilliseconds, backendMilliseconds } of steps) {
      expect(waitMilliseconds + backendMilliseconds).toBeLessThanOrEqual(milliseconds);
    }
  });

  it('frees the device when the consumer leaves early', async () => {
    for await (const event of train(toyRun(backend))) if (event.type === 'step') break;
    expect(backend.memory().tensors).toBe(tensorsBefore);
  });
});

describe('a loss that is not finite', () => {
  it('stops the run with the step, the term, the learning rate and the last good checkpoint', async () => {
    const storage = memoryStorage();
    const options = toyRun(backend, {
      method: sum([fitnet({ studentTap: 'feature', teacherTap: 'feature' }), failingAt(5)]),
      checkpoint: { storage, every: 2 },
    });
    const run = runTraining(options);
    await expect(run).rejects.toMatchObject({ code: 'NON_FINITE', details: { step: 5, epoch: 1 } });
    await expect(run).rejects.toThrow(
      /step 5 \(epoch 1\): the term 'fragile' is Infinity, with learning rate 0.05/,
    );
    await expect(run).rejects.toThrow(`The last good checkpoint is '${checkpointName(4)}' in memory`);
    expect(await listCheckpoints(storage)).toEqual([checkpointName(4), checkpointName(2)]);
  });

  it('is noticed in the first step, when there is no checkpoint yet', async () => {
    const run = runTraining(toyRun(backend, { method: failingAt(0) }));
    await expect(run).rejects.toThrow(/step 0 .* There is no earlier checkpoint/);
  });
});

describe('a method that deploys another network than the student', () => {
  const source = blobSource({ length: 24 });

  it('is validated with that network, which is the result', async () => {
    const student = tinyNetwork({ channels: 6 });
    const options = toyRun(backend, {
      student,
      teachers: [],
      method: sum([weight(1, grownStudent())]),
      source,
      validation: { source },
      epochs: 20,
      learningRate: 0.2,
    });
    const { deployed, history, variables, methodVariables } = await runTraining(options);
    expect(deployed.model.name).toBe('tiny6 with a head');
    expect(deployed.variables.params).toEqual({
      student: variables.params,
      head: (methodVariables.params as { grownStudent: unknown }).grownStudent,
    });
    const { metrics } = await evaluate({ backend, ...deployed, source });
    expect(metrics).toEqual(history.at(-1)!.validation);
    // The student's own head has learned nothing: the loss does not reach it.
    const own = await evaluate({ backend, model: student, variables, source });
    expect(metrics.nll).toBeLessThan(own.metrics.nll);
    expect((variables.params as { dense: unknown }).dense).toEqual(
      (student.init(splitKey(options.key)[0]).params as { dense: unknown }).dense,
    );
  });

  it('is refused at the start when the variables that it picks are not those of the network', async () => {
    const { deploy, ...grown } = grownStudent();
    const method: Method = {
      ...grown,
      deploy: (participants) => ({
        model: deploy!(participants).model,
        variables: ({ student }) => student,
      }),
    };
    await expect(runTraining(toyRun(backend, { teachers: [], method, source }))).rejects.toThrow(
      /variables of the network that 'grownStudent' deploys do not fit 'tiny2 with a head': 'params\/head/,
    );
  });

  it('is the student for all others', async () => {
    const options = toyRun(backend, { steps: 1 });
    const { deployed, variables } = await runTraining(options);
    expect(deployed).toEqual({ model: options.student, variables });
  });
});

describe('options that make no run', () => {
  const big = tinyNetwork({ channels: 2, side: 5 });
  const unwritable: Storage = {
    ...memoryStorage(),
    probe: async () => {
      throw new Error('read-only');
    },
  };

  it('are refused when the length is missing', async () => {
    const { epochs: _epochs, ...options } = toyRun(backend);
    await expect(runTraining(options)).rejects.toThrow(/either epochs or steps/);
  });

  it.each<[string, Partial<TrainingOptions>, RegExp]>([
    ['two lengths', { steps: 5, epochs: 3 }, /either epochs or steps/],
    ['half an epoch', { epochs: 0.5 }, /epochs must be a positive integer, got 0.5/],
    ['keeping no checkpoint', { checkpoint: { storage: memoryStorage(), keep: 0 } }, /checkpoint.keep/],
    ['resuming from nowhere', { resume: true }, /resume needs a checkpoint storage/],
    ['a storage that cannot be written', { checkpoint: { storage: unwritable } }, /read-only/],
    ['a missing teacher', { teachers: [] }, /needs 1 teacher\(s\), but 0 were given/],
    ['an unknown tap', { method: fitnet({ studentTap: 'nose' }) }, /tap 'nose' .* has: feature, pooled/],
    ['unknown labels', { source: blobSource({ classes: 4 }) }, /has the label 3/],
    [
      'padded batches',
      { source: { ...blobSource(), pads: true } },
      /fills its last batch up .* \(dropLast\)/,
    ],
    ['other images', { source: blobSource({ side: 5 }) }, /images \[8, 5, 5, 1\]/],
    ['other validation images', { validation: { source: blobSource({ side: 5 }) } }, /images \[8, 5, 5, 1\]/],
    [
      'a teacher of other images',
      { teachers: [{ model: big, variables: big.init(prngKey(0)) }] },
      /Teacher 0 .* takes images \[5, 5, 1\]/,
    ],
    [
      'variables of another network',
      { studentVariables: tinyNetwork({ channels: 9 }).init(prngKey(0)) },
      /'params\/dense\/weights' is float32 \[9, 3\], expected float32 \[2, 3\]/,
    ],
    [
      'a learning rate that is no number',
      { learningRate: () => Number.NaN },
      /schedule of learningRate gives NaN at step 0/,
    ],
  ])('are refused before anything is compiled: %s', async (_name, changes, message) => {
    const never: Backend = Object.create(backend, {
      compile: {
        value: () => {
          throw new Error('compiled too early');
        },
      },
    });
    await expect(runTraining(toyRun(never, changes))).rejects.toThrow(message);
  });
});
