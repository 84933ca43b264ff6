import { div, type Scalar, scalar, sub } from '@tensorflow/tfjs-core';
import { createTfjsBackend } from 'kd-backend-tfjs';
import { type Backend, type BatchSource, type HostTensor, prngKey, treeLeaves } from 'kd-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  crossEntropy,
  dynamicLossScale,
  initialTrainingState,
  type Method,
  memoryStorage,
  runTraining,
  type StepEvent,
  sgd,
  type TrainingOptions,
  type TrainingResult,
  type TrainingState,
} from '../index.ts';
import { blobSource } from '../testing/blob-source.ts';
import { failingAt } from '../testing/failing-method.ts';
import { noisyMemory } from '../testing/noisy-memory.ts';
import { tinyNetwork } from '../testing/tiny-network.ts';
import { toyRun } from '../testing/toy-run.ts';
import { openDeviceRun } from './device-run.ts';

let backend: Backend;
beforeAll(async () => {
  backend = await createTfjsBackend();
});

type Run = { result?: TrainingResult; error?: unknown; warnings: string[]; steps: StepEvent[] };

async function follow(options: TrainingOptions): Promise<Run> {
  const run: Run = { warnings: [], steps: [] };
  try {
    run.result = await runTraining(options, {
      warning: ({ message }) => void run.warnings.push(message),
      step: (event) => void run.steps.push(event),
    });
  } catch (error) {
    run.error = error;
  }
  return run;
}

/** A memory, and a loss in which one part can be made bad from outside. */
function breakable(bad: 'total' | 'term' | 'negative'): Method {
  const good = noisyMemory();
  return {
    ...good,
    scalars: { divisor: () => 1 },
    loss(context) {
      const { total, state } = good.loss(context);
      const divisor = context.scalars.divisor!;
      const broken = div(total, divisor) as Scalar;
      const cases: Record<typeof bad, readonly [Scalar, Scalar]> = {
        total: [broken, total],
        // Nothing is differentiated through it.
        term: [total, div(scalar(1), divisor) as Scalar],
        negative: [sub(total, div(scalar(1), divisor)) as Scalar, total],
      };
      const [loss, term] = cases[bad];
      return { total: loss, terms: { part: term }, state };
    },
  };
}

describe('a guarded step', () => {
  const student = tinyNetwork({ channels: 2 });

  it.each<['total' | 'term' | 'negative', boolean]>([
    ['total', false],
    ['term', false],
    ['negative', false],
    ['total', true],
    ['term', true],
  ])('changes nothing where this is not finite: %s, accumulating: %s', async (bad, accumulates) => {
    const method = breakable(bad);
    const participants = { student, teachers: [], method, optimizer: sgd({ momentum: 0.9 }) };
    const source = blobSource();
    const batch = await source.batch(0, 0);
    const draws = method.draw!({ key: prngKey(1), batch, shapes: {} as never });
    const state: TrainingState<HostTensor> = {
      ...initialTrainingState(prngKey(1), participants),
      average: { student: { params: student.init(prngKey(2)).params } },
    };
    const run = await openDeviceRun({ backend, ...participants, state, guard: 'everything', accumulates });
    const scalars = (divisor: number) => ({ learningRate: 0.1, averageDecay: 0.5, method: { divisor } });
    if (accumulates) {
      // The batch after the bad one does not make it good again.
      await run.accumulate(batch, scalars(0), { draws });
    }
    const skipped = await run.step(batch, scalars(accumulates ? 1 : 0), { draws });
    expect(skipped.skipped).toBe(1);
    expect(await run.download()).toEqual(state);
    const made = await run.step(batch, scalars(1), { draws });
    expect(made.skipped).toBe(0);
    const after = await run.download();
    expect(after.student.params).not.toEqual(state.student.params);
    expect(after.student.state).not.toEqual(state.student.state);
    expect(after.method.state).not.toEqual(state.method.state);
    expect(after.average).not.toEqual(state.average);
    await run.close();
  });
});

describe("nonFinite: 'skip'", () => {
  it('goes on as if the bad step had not been, and tells of it', async () => {
    const options = toyRun(backend, { method: failingAt(4), nonFinite: 'skip', teachers: [] });
    const { result, warnings, steps } = await follow(options);
    expect(result).toMatchObject({ reason: 'completed', step: 9 });
    expect(steps.map(({ skipped }) => skipped)).toEqual([0, 0, 0, 0, 1, 0, 0, 0, 0]);
    expect(warnings).toEqual([
      expect.stringMatching(
        /Skipped the update of step 4 \(epoch 1\): the term 'fragile' is Infinity.* 1 in a row, of 10/,
      ),
    ]);
    expect(result!.history.map(({ skipped }) => skipped)).toEqual([undefined, 1, undefined]);
    const counted = steps.filter(({ epoch, skipped }) => epoch === 1 && skipped === 0);
    const samples = counted.reduce((sum, step) => sum + step.samples, 0);
    const loss = counted.reduce((sum, step) => sum + step.loss * step.samples, 0) / samples;
    expect(result!.history[1]!.loss).toBeCloseTo(loss, 10);
  });

  it('skips a batch that overflows in a running statistic and nowhere else', async () => {
    const good = blobSource();
    const source: BatchSource = {
      ...good,
      async batch(epoch, index) {
        const batch = await good.batch(epoch, index);
        // Its square is beyond float32; batch norm divides by the root of that, and everything after it is 0.
        if (epoch === 1 && index === 0) batch.images.data[5] = 1e30;
        return batch;
      },
    };
    const { result, warnings, steps } = await follow(
      toyRun(backend, { source, method: crossEntropy(), teachers: [], nonFinite: 'skip' }),
    );
    expect(steps.map(({ skipped }) => skipped)).toEqual([0, 0, 0, 1, 0, 0, 0, 0, 0]);
    expect(Number.isFinite(steps[3]!.loss)).toBe(true);
    expect(warnings).toEqual([expect.stringContaining('a running statistic or memory is NaN')]);
    for (const { data } of treeLeaves<HostTensor>(result!.variables.state)) {
      expect(data.every(Number.isFinite)).toBe(true);
    }
  });

  it('without anything to skip gives the bits of a run that would stop', async () => {
    const plain = await runTraining(toyRun(backend));
    const guarded = await runTraining(toyRun(backend, { nonFinite: 'skip' }));
    expect(guarded.variables).toEqual(plain.variables);
    expect(guarded.methodVariables).toEqual(plain.methodVariables);
    expect(guarded.history).toEqual(plain.history);
  });

  it('gives up after so many in a row, counted across a resumption', async () => {
    const nonFinite = { policy: 'skip', limit: 3 } as const;
    const method = failingAt(1, 6, 7, 8, 9);
    const changes = { method, nonFinite, teachers: [], source: blobSource({ length: 40 }) };
    const whole = await follow(toyRun(backend, changes));
    expect(whole.error).toMatchObject({ code: 'NON_FINITE', details: { step: 9 } });
    expect(String(whole.error)).toContain('3 updates before it were skipped');
    expect(whole.warnings).toHaveLength(4);

    const checkpoint = { storage: memoryStorage() };
    const stop = new AbortController();
    await runTraining(toyRun(backend, { ...changes, checkpoint, signal: stop.signal }), {
      step: ({ step }) => {
        if (step === 7) stop.abort();
      },
    });
    const resumed = await follow(toyRun(backend, { ...changes, checkpoint, resume: true }));
    expect(resumed.error).toMatchObject({ details: { step: 9 } });
    expect(resumed.warnings).toHaveLength(1);
  });

  it('gives up after an epoch of which nothing counts', async () => {
    const { error } = await follow(
      toyRun(backend, { method: failingAt(0, 1, 2), nonFinite: 'skip', teachers: [] }),
    );
    expect(String(error)).toContain('All 3 updates of epoch 0 were skipped');
  });
});

describe("nonFinite: 'reduceLossScale'", () => {
  it('halves the scale for a bad loss too, and stops at the smallest', async () => {
    const options = toyRun(backend, {
      method: failingAt(1, 4, 5, 6),
      teachers: [],
      lossScale: dynamicLossScale({ initial: 4, growthInterval: 100 }),
      nonFinite: 'reduceLossScale',
    });
    const { error, warnings, steps } = await follow(options);
    expect(steps.map(({ lossScale, skipped }) => [lossScale, skipped])).toEqual([
      [4, 0],
      [4, 1],
      [2, 0],
      [2, 0],
      [2, 1],
    ]);
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toContain('The loss scale 4 is halved');
    expect(error).toMatchObject({ code: 'NON_FINITE', details: { step: 5 } });
  });
});

it.each<[Partial<TrainingOptions>, RegExp]>([
  [{ nonFinite: 'reduceLossScale' }, /set lossScale to dynamicLossScale\(\)/],
  [{ nonFinite: 'reduceLossScale', lossScale: 8 }, /set lossScale to dynamicLossScale\(\)/],
  [{ nonFinite: 'skip', lossScale: dynamicLossScale() }, /use nonFinite: 'reduceLossScale'/],
  [{ nonFinite: { policy: 'skip', limit: 0 } }, /nonFinite.limit must be a positive integer, got 0/],
  [{ nonFinite: 'ignore' as never }, /must be stop, skip or reduceLossScale, got ignore/],
])('a policy that does not fit is refused: %j', async (changes, message) => {
  await expect(runTraining(toyRun(backend, changes))).rejects.toThrow(message);
});
