import { type Scalar, scalar, type Tensor, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { createTfjsBackend } from 'kd-backend-tfjs';
import { type Backend, type BatchSource, prngKey } from 'kd-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  checkRequirements,
  crossEntropy,
  type Method,
  type MethodContext,
  type MethodShapes,
  memoryStorage,
  runTraining,
  scheduleTime,
  sum,
  type TrainingOptions,
} from '../../index.ts';
import { blobSource } from '../../testing/blob-source.ts';
import { descend, randomContext } from '../../testing/random-context.ts';
import { toyRun } from '../../testing/toy-run.ts';
import { byot } from './byot.ts';
import { progressiveSelf } from './progressive-self.ts';
import { sfr } from './sfr.ts';
import { uskd } from './uskd.ts';

let backend: Backend;
beforeAll(async () => {
  backend = await createTfjsBackend();
});

const taps = { stage1: [8, 8, 2], stage2: [4, 4, 3], stage3: [2, 2, 8], pooled: [8] };
const shapes: MethodShapes = { student: { classes: 3, taps }, teachers: [] };
const stages = ['stage1', 'stage2', 'stage3'];
const value = (tensor: Scalar): number => tensor.dataSync()[0]!;

describe('progressiveSelf', () => {
  const samples = { count: 4, labels: new Int32Array([2, 0, -1, 1]) };
  const withSamples: MethodShapes = { ...shapes, samples };

  const contextWith = (method: Method, alpha: number, predictions: Tensor): MethodContext => ({
    ...randomContext(method, withSamples, 2),
    student: { logits: tensor2d([0, Math.log(2), Math.log(5), 0, 0, 0], [2, 3]), taps: {} },
    labels: tensor1d([1, 2], 'int32'),
    indices: tensor1d([3, 0], 'int32'),
    scalars: { alpha: scalar(alpha) },
    variables: { params: {}, state: { predictions } },
  });

  it('begins with the labels, and trusts the past more from epoch to epoch', () => {
    const method = progressiveSelf();
    const { state } = method.init(prngKey(0), withSamples);
    expect(state).toMatchObject({
      predictions: { shape: [4, 3], data: Float32Array.of(0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1, 0) },
    });
    const at = (step: number): number =>
      method.scalars.alpha!(scheduleTime(step, { stepsPerEpoch: 2, totalSteps: 8 }));
    expect([0, 1, 2, 7].map(at)).toEqual([0.2, 0.2, 0.4, 0.8]);
  });

  it('reads the rows of its samples, and leaves what the student answers now in their place', () => {
    const method = progressiveSelf();
    const past = tensor2d([0.5, 0.25, 0.25, 1, 0, 0, 0, 1, 0, 0, 0, 1], [4, 3]);
    const { total, state } = method.loss(contextWith(method, 0.5, past));
    // Answers 1/8, 2/8, 5/8 to sample 3 of class 1 and past class 2; a third each to sample 0.
    const expected = (0.5 * Math.log(4) + 0.5 * Math.log(8 / 5) + Math.log(3)) / 2;
    expect(value(total)).toBeCloseTo(expected, 5);
    const { predictions } = state as { readonly predictions: Tensor };
    const wanted = [1 / 3, 1 / 3, 1 / 3, 1, 0, 0, 0, 1, 0, 1 / 8, 2 / 8, 5 / 8];
    predictions.dataSync().forEach((each, place) => {
      expect(each).toBeCloseTo(wanted[place]!, 6);
    });
  });

  it('is refused for a source that does not know its samples', () => {
    expect(() => checkRequirements(progressiveSelf(), shapes)).toThrow(
      /'progressiveSelf' remembers something of each sample/,
    );
    expect(() => progressiveSelf({ alpha: 1.5 })).toThrow('alpha must be at least 0 and at most 1, got 1.5');
  });

  it('remembers over a checkpoint, to the bits of a run that was not stopped', async () => {
    const length = 20;
    const source: BatchSource = {
      ...blobSource({ length }),
      samples: { count: length, labels: Int32Array.from({ length }, (_, sample) => sample % 3) },
    };
    const options = toyRun(backend, { teachers: [], method: progressiveSelf(), source });
    const whole = await runTraining(options);
    const checkpoint = { storage: memoryStorage() };
    const stopAfter = async (steps: number): Promise<void> => {
      const stop = new AbortController();
      const stopped: TrainingOptions = { ...options, checkpoint, signal: stop.signal, resume: true };
      await runTraining(stopped, { step: ({ step }) => void (step === steps && stop.abort()) });
    };
    await stopAfter(2);
    await stopAfter(5);
    const resumed = await runTraining({ ...options, checkpoint, resume: true });
    expect(resumed.methodVariables).toEqual(whole.methodVariables);
    expect(resumed.variables).toEqual(whole.variables);
    expect(whole.methodVariables.state).not.toEqual(
      progressiveSelf().init(prngKey(0), {
        student: { classes: 3, taps: {} },
        teachers: [],
        samples: source.samples!,
      }).state,
    );
  });
});

describe('uskd', () => {
  it('trains its linear layer on the mean of a map, or on a vector', () => {
    for (const studentTap of ['stage2', 'pooled']) {
      const method = uskd({ studentTap });
      const context = randomContext(method, shapes, 4);
      const [before, after] = descend(method, context, 0.1);
      expect(after).toBeLessThan(before);
    }
    const { params } = uskd().init(prngKey(1), shapes);
    expect(params).toMatchObject({ classifier: { kernel: { shape: [3, 3] }, bias: { shape: [3] } } });
    expect(uskd().macs!({ ...shapes, batchSize: 5 })).toBe(5 * 9);
  });

  it('weighs its terms', () => {
    const lossOf = (method: Method): ReturnType<Method['loss']> =>
      method.loss(randomContext(method, shapes, 4));
    const { total, terms } = lossOf(uskd({ alpha: 2, beta: 3, mu: 0.5 }));
    expect(Object.keys(terms)).toEqual(['target', 'nonTarget', 'weak']);
    const [target, nonTarget, weak] = Object.values(terms).map(value) as [number, number, number];
    expect(value(total)).toBeCloseTo(2 * target + 3 * nonTarget + 0.5 * weak, 5);
    expect(() => uskd({ mu: -1 })).toThrow('mu must be at least 0, got -1');
    expect(() => uskd({ labelSmoothing: 1 })).toThrow('labelSmoothing must be in [0, 1), got 1');
  });
});

describe('byot', () => {
  it('gives each tap but the last an exit to the shape of the last', () => {
    const method = byot({ taps: stages });
    const { params, state } = method.init(prngKey(1), shapes);
    expect(params).toMatchObject({
      'stage1.bottleneck': {
        narrow: { convolution: { kernel: { shape: [1, 1, 2, 2] } } },
        shrink: { convolution: { kernel: { shape: [4, 4, 2, 2] } } },
        widen: { convolution: { kernel: { shape: [1, 1, 2, 8] } }, norm: { scale: { shape: [8] } } },
      },
      'stage2.bottleneck': { shrink: { convolution: { kernel: { shape: [2, 2, 2, 2] } } } },
      'stage2.classifier': { dense: { kernel: { shape: [8, 3] }, bias: { shape: [3] } } },
    });
    expect(Object.keys(params)).toHaveLength(4);
    expect(Object.keys(state)).toHaveLength(4);
    // Stage 1: 64 * 2 * 2, then 4 * (16 * 4) and 4 * 2 * 8; stage 2: 16 * 3 * 2, 4 * (4 * 4) and 4 * 2 * 8; 8 * 3 each.
    expect(method.macs!({ ...shapes, batchSize: 2 })).toBe(2 * (256 + 256 + 64 + 96 + 64 + 64 + 2 * 24));
  });

  it('trains its exits, and adds its terms up', () => {
    const method = byot({ taps: stages, alpha: 0.25, beta: 0.01 });
    const context = randomContext(method, shapes, 4);
    const [before, after] = descend(method, context, 0.05);
    expect(after).toBeLessThan(before);
    const { terms, state } = method.loss(context);
    const sums = Object.fromEntries(Object.entries(terms).map(([name, term]) => [name, value(term)]));
    expect(Object.keys(sums)).toEqual(['crossEntropy', 'exits', 'divergence', 'feature']);
    expect(before).toBeCloseTo(
      0.75 * (sums.crossEntropy! + sums.exits!) + 0.25 * sums.divergence! + 0.01 * sums.feature!,
      4,
    );
    expect(state).not.toEqual(context.variables.state);
  });

  it('refuses taps that no exit fits', () => {
    expect(() => byot({ taps: ['stage1'] })).toThrow('taps must be at least two maps of the student');
    expect(() => byot({ taps: ['stage3', 'stage1'] }).init(prngKey(0), shapes)).toThrow(
      "the tap 'stage3' of the student has shape [2, 2, 8] and the last one, 'stage1', [8, 8, 2]",
    );
    expect(() => byot({ taps: ['stage1', 'pooled'] }).init(prngKey(0), shapes)).toThrow('[8]');
    expect(() => checkRequirements(byot({ taps: ['stage1', 'stage9'] }), shapes)).toThrow("tap 'stage9'");
  });
});

describe('sfr', () => {
  it('adds the features to labels that become smoother', () => {
    const method = sfr({ taps: stages, featureWeight: 2 });
    const context = randomContext(method, shapes, 4);
    const { total, terms } = method.loss(context);
    expect(value(terms.crossEntropy!)).toBeCloseTo(Math.log(3), 5);
    expect(value(terms.feature!)).toBeGreaterThan(0);
    expect(value(total)).toBeCloseTo(Math.log(3) + 2 * value(terms.feature!), 5);
    const at = (epoch: number): number =>
      method.scalars.labelSmoothing!(scheduleTime(epoch, { stepsPerEpoch: 1, totalSteps: 10 }));
    expect(at(4)).toBeCloseTo(0.05);
    expect(at(9)).toBeCloseTo(0.1);
  });

  it('makes a difference of each of its options', () => {
    const lossOf = (options: Partial<Parameters<typeof sfr>[0]>): number => {
      const method = sfr({ taps: stages, ...options });
      return value(method.loss(randomContext(method, shapes, 4)).total);
    };
    const losses = [
      {},
      { grouping: 'contiguous' } as const,
      { order: 1 } as const,
      { scan: 'rows' } as const,
      { scan: 'columns' } as const,
      { patch: 2 },
      { temperature: 2 },
      { taps: ['stage1', 'stage3'] },
    ].map(lossOf);
    expect(new Set(losses).size).toBe(losses.length);
  });

  it('refuses taps that are no maps, and numbers out of range', () => {
    expect(() => sfr({ taps: ['stage1', 'pooled'] }).init(prngKey(0), shapes)).toThrow(
      "the tap 'pooled' of the student has shape [8]",
    );
    expect(() => sfr({ taps: [] })).toThrow('at least two maps of the student');
    expect(() => sfr({ taps: stages, patch: 0.5 })).toThrow('patch must be a positive integer, got 0.5');
    expect(() => sfr({ taps: stages, order: 3 as never })).toThrow('order must be 1 or 2, got 3');
    expect(() => sfr({ taps: stages, temperature: 0 })).toThrow(
      'temperature must be a finite number above 0',
    );
  });
});

describe('in a sum', () => {
  it('names the terms of several self-teachers', () => {
    const method = sum([crossEntropy(), uskd(), sfr({ taps: stages })]);
    const { terms } = method.loss(randomContext(method, shapes, 2));
    expect(Object.keys(terms)).toEqual([
      'crossEntropy',
      'uskd/target',
      'uskd/nonTarget',
      'uskd/weak',
      'sfr/crossEntropy',
      'sfr/feature',
    ]);
  });
});
