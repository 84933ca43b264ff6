import { createTfjsBackend } from 'kd-backend-tfjs';
import {
  type Backend,
  type FrozenModel,
  HostTensor,
  type HostTree,
  KdError,
  prngKey,
  treeLeaves,
} from 'kd-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  checkpointName,
  fitnet,
  hinton,
  listCheckpoints,
  memoryStorage,
  runTraining,
  type StepEvent,
  sum,
  type TrainingOptions,
  type TrainingResult,
} from '../index.ts';
import { blobSource } from '../testing/blob-source.ts';
import { alteredModel, frozenNetwork } from '../testing/frozen-network.ts';
import { tinyNetwork } from '../testing/tiny-network.ts';
import { toyRun } from '../testing/toy-run.ts';

const model = tinyNetwork({ channels: 3 });
const inside = { model, variables: model.init(prngKey(21)) };

let backend: Backend;
let outside: FrozenModel;
let log: string[];
let tensorsBefore: number;
beforeEach(async () => {
  backend = await createTfjsBackend();
  log = [];
  outside = frozenNetwork(backend, inside, (event) => void log.push(event));
  tensorsBefore = backend.memory().tensors;
});
afterEach(() => {
  expect(backend.memory().tensors).toBe(tensorsBefore);
});

const delay = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

async function lossCurve(options: TrainingOptions): Promise<{ losses: number[]; result: TrainingResult }> {
  const losses: number[] = [];
  const result = await runTraining(options, { step: ({ loss }: StepEvent) => void losses.push(loss) });
  return { losses, result };
}

const numbers = ({ variables, methodVariables }: TrainingResult): number[] =>
  treeLeaves<HostTensor>({ variables, methodVariables } as unknown as HostTree).flatMap(({ data }) => [
    ...data,
  ]);

describe('a teacher that runs outside of the step', () => {
  it('teaches what the same network teaches inside of it, short batches included', async () => {
    const expected = await lossCurve(toyRun(backend, { teachers: [inside] }));
    const found = await lossCurve(toyRun(backend, { teachers: [outside] }));
    expect(found.losses).toHaveLength(9);
    found.losses.forEach((loss, step) => {
      expect(loss).toBeCloseTo(expected.losses[step]!, 6);
    });
    const weights = numbers(expected.result);
    numbers(found.result).forEach((value, index) => {
      expect(value).toBeCloseTo(weights[index]!, 5);
    });
  });

  it('stands beside one inside, each in its place', async () => {
    const other = tinyNetwork({ channels: 4 });
    const second = { model: other, variables: other.init(prngKey(22)) };
    const method = sum([
      hinton({ teacher: 0 }),
      fitnet({ studentTap: 'feature', teacherTap: 'feature', teacher: 1 }),
      hinton({ teacher: 2 }),
    ]);
    const run = (first: TrainingOptions['teachers'] & {}) =>
      lossCurve(toyRun(backend, { method, teachers: [...first, inside], steps: 4 }));
    const expected = await run([inside, second]);
    const found = await run([outside, frozenNetwork(backend, second)]);
    found.losses.forEach((loss, step) => {
      expect(loss).toBeCloseTo(expected.losses[step]!, 6);
    });
    const mixed = await run([inside, frozenNetwork(backend, second)]);
    expect(mixed.losses[3]).toBeCloseTo(expected.losses[3]!, 6);
  });

  it('hands over no tap that the method does not read', async () => {
    const seen: (readonly string[])[] = [];
    const method = fitnet({ studentTap: 'feature', teacherTap: 'feature' });
    await runTraining(
      toyRun(backend, {
        teachers: [outside],
        steps: 1,
        method: {
          ...method,
          loss(context) {
            seen.push(Object.keys(context.teachers[0]!.taps));
            return method.loss(context);
          },
        },
      }),
    );
    expect(seen).toEqual([['feature']]);
  });

  it('is one batch ahead and no more, and its pace changes no bit', async () => {
    const options = toyRun(backend, { teachers: [outside] });
    const reference = await lossCurve(options);
    let running = 0;
    let most = 0;
    const asked: number[] = [];
    const source = blobSource();
    const uneven: FrozenModel = {
      ...outside,
      async run(images) {
        running += 1;
        most = Math.max(most, running);
        asked.push(made);
        // Sometimes faster than the student's step, sometimes much slower.
        await delay([0, 20, 1, 12, 0][asked.length % 5]!);
        const output = await outside.run(images);
        running -= 1;
        return output;
      },
    };
    let made = 0;
    const losses: number[] = [];
    const result = await runTraining(
      { ...options, source, teachers: [uneven] },
      {
        step: async ({ loss }) => {
          made += 1;
          losses.push(loss);
          await delay([8, 0][made % 2]!);
        },
      },
    );
    expect(losses).toEqual(reference.losses);
    expect(result.variables).toEqual(reference.result.variables);
    expect(most).toBe(1);
    // The run for step k begins when k - 1 steps are made: that of step k - 1 is under way.
    expect(asked).toEqual([0, 0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('is not disposed of, and has come to rest when the training has ended early', async () => {
    const stop = new AbortController();
    const slow = alteredModel(outside, async (output) => {
      await delay(5);
      log.push('given');
      return output;
    });
    await runTraining(toyRun(backend, { teachers: [slow], signal: stop.signal }), {
      step: () => stop.abort(),
    });
    const atTheEnd = [...log];
    await delay(20);
    expect(log).toEqual(atTheEnd);
    expect(log).toEqual(['begins', 'ends', 'given', 'begins', 'ends', 'given']);
  });
});

describe('resuming with a teacher outside', () => {
  const stopAfter = async (steps: number, options: TrainingOptions): Promise<TrainingResult> => {
    const stop = new AbortController();
    return runTraining(
      { ...options, signal: stop.signal },
      { step: ({ step }) => (step + 1 === steps ? stop.abort() : undefined) },
    );
  };

  it.each([1, 3, 5])('after step %i gives the bits of an uninterrupted run', async (steps) => {
    const teachers = [{ ...outside, fingerprint: 'a' }];
    const whole = await runTraining(toyRun(backend, { teachers }));
    const options = toyRun(backend, { teachers, checkpoint: { storage: memoryStorage() }, resume: true });
    await stopAfter(steps, options);
    const resumed = await runTraining(options);
    expect(resumed.variables).toEqual(whole.variables);
    expect(resumed.methodVariables).toEqual(whole.methodVariables);
    expect(resumed.history).toEqual(whole.history);
  });

  it.each<[string, (teacher: FrozenModel) => TrainingOptions['teachers'] & {}, string]>([
    [
      'another file',
      (teacher) => [{ ...teacher, fingerprint: 'b' }],
      'teachers: [{"classes":3,"fingerprint":"a"',
    ],
    ['another name', (teacher) => [{ ...teacher, name: 'other' }], 'frozen tiny3'],
    ['the same network inside', () => [inside], '"variables"'],
  ])('refuses %s', async (_name, change, message) => {
    const first = { ...outside, fingerprint: 'a' };
    const checkpoint = { storage: memoryStorage() };
    await stopAfter(2, toyRun(backend, { teachers: [first], checkpoint }));
    const again = runTraining(toyRun(backend, { teachers: change(first), checkpoint, resume: true }));
    await expect(again).rejects.toMatchObject({ code: 'CHECKPOINT' });
    await expect(again).rejects.toThrow(message);
  });
});

describe('a teacher outside that fails', () => {
  const failing = (error: unknown): FrozenModel =>
    alteredModel(outside, (output, run) => {
      if (run === 5) throw error;
      return output;
    });

  it('ends the run with its error, its name and the batch, and leaves the checkpoints', async () => {
    const storage = memoryStorage();
    const steps: number[] = [];
    const details = { session: 3 };
    const teachers = [failing(new KdError('BACKEND_UNAVAILABLE', 'The session is gone.', { details }))];
    const run = runTraining(toyRun(backend, { teachers, checkpoint: { storage, every: 2 } }), {
      step: ({ step }) => void steps.push(step),
    });
    await expect(run).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE', details });
    await expect(run).rejects.toThrow(
      "Teacher 0 ('frozen tiny3') at batch 2 of epoch 1: The session is gone.",
    );
    expect(steps).toEqual([0, 1, 2, 3, 4]);
    expect(await listCheckpoints(storage)).toEqual([checkpointName(4), checkpointName(2)]);

    const teacher = alteredModel(outside, (output) => output);
    const resumed = await runTraining(
      toyRun(backend, { teachers: [teacher], checkpoint: { storage, every: 2 }, resume: true }),
    );
    expect(resumed.variables).toEqual(
      (await runTraining(toyRun(backend, { teachers: [outside] }))).variables,
    );
  });

  it('keeps an error of any other kind as the cause', async () => {
    const cause = new TypeError('no luck');
    const run = runTraining(toyRun(backend, { teachers: [failing(cause)] }));
    await expect(run).rejects.toMatchObject({
      message: "Teacher 0 ('frozen tiny3') at batch 2 of epoch 1 failed: no luck",
      cause,
    });
  });

  const zeros = (...shape: number[]): HostTensor =>
    new HostTensor(new Float32Array(shape.reduce((size, each) => size * each)), shape);

  it.each<[string, string, Record<string, HostTensor>, HostTensor | undefined, RegExp]>([
    [
      'other classes',
      'SHAPE_MISMATCH',
      {},
      zeros(8, 4),
      /gives logits as float32 \[8, 4\], but by its description they are float32 \[8, 3\]/,
    ],
    [
      'rows that are missing',
      'SHAPE_MISMATCH',
      { feature: zeros(7, 4, 4, 3) },
      undefined,
      /gives the tap 'feature' as float32 \[7, 4, 4, 3\]/,
    ],
    [
      'a number that is none',
      'NON_FINITE',
      {},
      new HostTensor(
        Float32Array.from({ length: 24 }, (_, at) => (at === 7 ? Number.NaN : 0)),
        [8, 3],
      ),
      /gives NaN for class 1 of image 2 in the batch/,
    ],
  ])('is refused when it gives %s', async (_name, code, taps, logits, message) => {
    const teacher = alteredModel(outside, (output) => ({
      logits: logits ?? output.logits,
      taps: { ...output.taps, ...taps },
    }));
    const run = runTraining(toyRun(backend, { teachers: [teacher] }));
    await expect(run).rejects.toMatchObject({ code });
    await expect(run).rejects.toThrow(message);
  });

  it('is refused when it gives no tap that it has declared', async () => {
    const teacher = alteredModel(outside, ({ logits }) => ({ logits, taps: {} }));
    await expect(runTraining(toyRun(backend, { teachers: [teacher] }))).rejects.toThrow(
      /gives the tap 'feature' as nothing/,
    );
  });
});

describe('a teacher outside that does not fit', () => {
  it.each<[string, Partial<FrozenModel>, RegExp]>([
    ['images', { inputShape: [5, 5, 1] }, /Teacher 0 \('frozen tiny3'\) takes images \[5, 5, 1\]/],
    ['classes', { classes: 4 }, /teacher 0 \('frozen tiny3'\) has 4 classes and the student 3/],
    [
      'taps',
      { taps: { pooled: [3] } },
      /the tap 'feature' of teacher 0 \('frozen tiny3'\), which has: pooled/,
    ],
    ['the shape of a tap', { taps: { feature: [9, 9, 3] } }, /No hint regressor maps/],
  ])('is refused before it runs: %s', async (_name, change, message) => {
    const run = runTraining(toyRun(backend, { teachers: [{ ...outside, ...change }] }));
    await expect(run).rejects.toThrow(message);
    expect(log).toEqual([]);
  });
});
