import { add, mul, relu, type Scalar, sqrt, sum, type Tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { createTfjsBackend } from 'kd-backend-tfjs';
import { type Backend, type HostTensor, prngKey, type Tree } from 'kd-core';
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
  weight,
} from '../index.ts';
import { blobSource } from '../testing/blob-source.ts';
import { tinyNetwork } from '../testing/tiny-network.ts';
import { toyRun } from '../testing/toy-run.ts';
import { openDeviceRun } from '../training/device-run.ts';
import type { StepMetrics } from '../training/epoch-totals.ts';
import { isFiniteScalar, type LossScale, staticLossScale } from './loss-scale.ts';

let backend: Backend;
beforeAll(async () => {
  backend = await createTfjsBackend();
});

/** Gradients of some hundreds, so that factors near the largest float32 number overflow. */
const steepMethod = weight(1024, crossEntropy());
const participants = {
  student: tinyNetwork({ channels: 2 }),
  teachers: [],
  method: steepMethod,
  optimizer: sgd({ momentum: 0.9 }),
};

/** The metrics and the state of each of `count` steps. */
async function runSteps(
  lossScale: number | LossScale | undefined,
  count: number,
): Promise<{ metrics: StepMetrics; state: TrainingState<HostTensor> }[]> {
  const state = initialTrainingState(prngKey(5), { ...participants, lossScale });
  const run = await openDeviceRun({ backend, ...participants, lossScale, state });
  const source = blobSource();
  const steps = [];
  for (let step = 0; step < count; step++) {
    const metrics = await run.step(await source.batch(0, 0), {
      learningRate: 1e-4,
      method: Object.fromEntries(Object.keys(steepMethod.scalars).map((name) => [name, 1024])),
    });
    steps.push({ metrics, state: await run.download() });
  }
  await run.close();
  return steps;
}

const withoutScale = ({ lossScale: _, ...state }: TrainingState<HostTensor>): TrainingState<HostTensor> =>
  state;

describe('a static loss scale', () => {
  it('changes no bit where nothing underflows, if it is a power of two', async () => {
    const plain = await runSteps(undefined, 3);
    for (const factor of [2, 1024, 2 ** 20]) {
      const scaled = await runSteps(factor, 3);
      expect(scaled.map(({ state }) => state)).toEqual(plain.map(({ state }) => state));
      expect(scaled.map(({ metrics }) => metrics)).toEqual(
        plain.map(({ metrics }) => ({ ...metrics, lossScale: factor })),
      );
    }
  });

  it('divides by any other factor again, up to rounding', async () => {
    const [plain] = await runSteps(undefined, 1);
    const [scaled] = await runSteps(1000, 1);
    expect(scaled!.metrics.loss).toBe(plain!.metrics.loss);
    expect(scaled!.metrics.gradientNorm / plain!.metrics.gradientNorm).toBeCloseTo(1, 6);
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e39])('cannot be %s', async (factor) => {
    expect(() => staticLossScale(factor)).toThrow(`got ${factor}`);
    await expect(runTraining(toyRun(backend, { lossScale: factor }))).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('lossScale'),
    });
  });
});

describe('a dynamic loss scale', () => {
  it('halves at once and doubles after so many good steps, as a plain program does', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom(1, 2, 48, 65536, 2 ** 126),
        async (outcomes, growthInterval, initial) => {
          const scale = dynamicLossScale({ initial, growthInterval });
          const program = backend.compile(
            ({ state, gradient }: { state: Tree<Tensor>; gradient: Tensor }) => ({
              state: scale.next!(state, isFiniteScalar(gradient)),
            }),
          );
          let state = await backend.upload(scale.init() as Record<string, HostTensor>);
          let [factor, good] = [initial, 0];
          for (const isGood of outcomes) {
            const result = await program({ state, gradient: isGood ? 1 : Number.POSITIVE_INFINITY } as never);
            state = result.state as never;
            if (!isGood) [factor, good] = [Math.max(1, factor / 2), 0];
            else if (++good === growthInterval)
              [factor, good] = [factor * 2 < 2 ** 128 ? factor * 2 : factor, 0];
            const found = await backend.download(state);
            expect({ factor: found.factor!.data[0], goodSteps: found.goodSteps!.data[0] }).toEqual({
              factor,
              goodSteps: good,
            });
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('skips a step that overflows, exactly, and trains on with a smaller factor', async () => {
    const scale = dynamicLossScale({ initial: 2 ** 127, growthInterval: 100 });
    const start = initialTrainingState(prngKey(5), participants);
    const plain = await runSteps(undefined, 3);
    const steps = await runSteps(scale, 16);
    const skipped = steps.filter(({ metrics }) => metrics.skipped === 1).length;
    expect(skipped).toBeGreaterThan(0);
    expect(skipped).toBeLessThan(14);
    steps.slice(0, skipped).forEach(({ metrics, state }, index) => {
      expect(metrics).toMatchObject({ skipped: 1, lossScale: 2 ** (127 - index) });
      expect(metrics.loss).toBe(plain[0]!.metrics.loss);
      expect(withoutScale(state)).toEqual(start);
    });
    // From there on it is the run that never overflowed.
    steps.slice(skipped, skipped + 3).forEach(({ metrics, state }, index) => {
      expect(metrics).toEqual({
        ...plain[index]!.metrics,
        skipped: 0,
        lossScale: 2 ** (127 - skipped),
      });
      expect(withoutScale(state)).toEqual(plain[index]!.state);
    });
  });

  it('is part of a checkpoint: a run that is stopped anywhere goes on to the same bits', async () => {
    const lossScale = dynamicLossScale({ initial: 2 ** 121, growthInterval: 2 });
    const factorsOf = async (options: TrainingOptions): Promise<[TrainingResult, StepEvent[]]> => {
      const events: StepEvent[] = [];
      const result = await runTraining(options, { step: (event) => void events.push(event) });
      return [result, events];
    };
    const factors = (events: readonly StepEvent[]): unknown[] =>
      events.map(({ lossScale: factor, skipped }) => [factor, skipped]);
    const toy = (changes: Partial<TrainingOptions> = {}): TrainingOptions =>
      toyRun(backend, { lossScale, method: steepMethod, learningRate: 1e-4, ...changes });
    const [whole, events] = await factorsOf(toy());
    // Both directions occur.
    expect(new Set(events.map(({ skipped }) => skipped))).toEqual(new Set([0, 1]));
    for (const stop of [1, 4, 6]) {
      const checkpoint = { storage: memoryStorage() };
      const control = new AbortController();
      const before: StepEvent[] = [];
      await runTraining(toy({ checkpoint, signal: control.signal }), {
        step: (event) => {
          before.push(event);
          if (before.length === stop) control.abort();
        },
      });
      const [resumed, after] = await factorsOf(toy({ checkpoint, resume: true }));
      expect(factors([...before, ...after])).toEqual(factors(events));
      expect(resumed.variables).toEqual(whole.variables);
      expect(resumed.methodVariables).toEqual(whole.methodVariables);
    }
    const checkpoint = { storage: memoryStorage() };
    await runTraining(toy({ checkpoint }));
    const { lossScale: _, ...unscaled } = toy({ checkpoint, resume: true });
    await expect(runTraining(unscaled)).rejects.toMatchObject({
      code: 'CHECKPOINT',
      message: expect.stringContaining('lossScale'),
    });
  });

  it('gives up where a gradient is infinite without any scaling', async () => {
    const base = crossEntropy();
    const steep: Method = {
      ...base,
      // The slope of a root at zero.
      loss(context) {
        const { total, terms, state } = base.loss(context);
        const zero = mul(relu(mul(sum(context.student.logits), 0)), 0);
        return { total: add(total, sqrt(zero)) as Scalar, terms, state };
      },
    };
    const events: StepEvent[] = [];
    const options = toyRun(backend, {
      method: steep,
      lossScale: dynamicLossScale({ initial: 4 }),
    });
    await expect(runTraining(options, { step: (event) => void events.push(event) })).rejects.toMatchObject({
      code: 'NON_FINITE',
      details: { what: "the gradient's norm" },
    });
    expect(events.map(({ lossScale }) => lossScale)).toEqual([4, 2]);
  });

  it.each([
    [{ initial: 0.5 }, 'initial'],
    [{ initial: Number.NaN }, 'initial'],
    [{ growthInterval: 0 }, 'growthInterval'],
    [{ growthInterval: 1.5 }, 'growthInterval'],
  ])('cannot have %j', (options, name) => {
    expect(() => dynamicLossScale(options)).toThrow(name);
  });
});
