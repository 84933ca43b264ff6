import { createTfjsBackend } from 'kd-backend-tfjs';
import { type Backend, type HostTensor, type Tree, treeLeaves } from 'kd-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  adamW,
  cosine,
  crossEntropy,
  memoryStorage,
  runTraining,
  type StepEvent,
  sgd,
  type TrainingOptions,
  type TrainingResult,
} from '../index.ts';
import { blobSource } from '../testing/blob-source.ts';
import { noisyMemory } from '../testing/noisy-memory.ts';
import { plainNetwork } from '../testing/plain-network.ts';
import { toyRun } from '../testing/toy-run.ts';
import { type AnyCompiled, withCompile } from '../testing/with-compile.ts';
import { batchesOfUpdate, updatesPerEpoch } from './updates.ts';

let backend: Backend;
let tensorsBefore: number;
beforeEach(async () => {
  backend = await createTfjsBackend();
  tensorsBefore = backend.memory().tensors;
});
afterEach(() => {
  expect(backend.memory().tensors).toBe(tensorsBefore);
});

async function stepsOf(options: TrainingOptions): Promise<[TrainingResult, StepEvent[]]> {
  const steps: StepEvent[] = [];
  const result = await runTraining(options, { step: (event) => void steps.push(event) });
  return [result, steps];
}

const numbers = ({ variables }: TrainingResult): number[] =>
  treeLeaves<HostTensor>(variables.params as Tree<HostTensor>).flatMap(({ data }) => [...data]);

describe('the batches of updates', () => {
  it('never mix two epochs: what does not fill an update is one of fewer batches', () => {
    const grouping = { source: { stepsPerEpoch: 5 }, accumulation: 2 };
    expect(updatesPerEpoch(grouping)).toBe(3);
    expect([0, 1, 2, 3, 5].map((step) => batchesOfUpdate(step, grouping))).toEqual([
      [0, 1],
      [2, 3],
      [4],
      [5, 6],
      [9],
    ]);
  });
});

describe('accumulation', () => {
  const plain = (changes: Partial<TrainingOptions>): TrainingOptions =>
    toyRun(backend, {
      student: plainNetwork({ units: 4 }),
      teachers: [],
      method: crossEntropy(),
      learningRate: cosine({ initial: 0.05 }),
      ...changes,
    });

  it.each([
    { name: 'SGD', length: 20, changes: { optimizer: sgd({ momentum: 0.9, weightDecay: 5e-4 }) } },
    { name: 'AdamW and a short last batch', length: 22, changes: { optimizer: adamW() } },
    { name: 'clipping', length: 21, changes: { gradientClipping: { norm: 0.3 } } },
    { name: 'averages and a loss scale', length: 16, changes: { averaging: { decay: 0.9 }, lossScale: 64 } },
  ])('of two batches is one of twice the size: $name', async ({ length, changes }) => {
    const [large, largeSteps] = await stepsOf(plain({ source: blobSource({ length }), ...changes }));
    const halves = blobSource({ length, batchSize: 4 });
    const [small, smallSteps] = await stepsOf(plain({ source: halves, accumulation: 2, ...changes }));
    expect(small.step).toBe(large.step);
    numbers(small).forEach((value, index) => {
      expect(value).toBeCloseTo(numbers(large)[index]!, 5);
    });
    smallSteps.forEach((step, index) => {
      const other = largeSteps[index]!;
      expect(step).toMatchObject({
        step: index,
        epoch: other.epoch,
        samples: other.samples,
        correct: other.correct,
        learningRate: other.learningRate,
      });
      expect(step.loss).toBeCloseTo(other.loss, 5);
      expect(step.terms.crossEntropy).toBeCloseTo(other.terms.crossEntropy!, 5);
      expect(step.gradientNorm).toBeCloseTo(other.gradientNorm, 4);
    });
    small.history.forEach(({ epoch, loss, accuracy }, index) => {
      expect(epoch).toBe(index);
      expect(loss).toBeCloseTo(large.history[index]!.loss, 5);
      expect(accuracy).toBe(large.history[index]!.accuracy);
    });
  });

  it('hands running statistics and memories from batch to batch', async () => {
    const source = blobSource({ length: 16, batchSize: 4 });
    // Nothing moves, so that both see the same networks.
    const still = { method: noisyMemory(16), learningRate: 0, source, epochs: 2 };
    const single = await runTraining(toyRun(backend, still));
    const double = await runTraining(toyRun(backend, { ...still, accumulation: 2 }));
    expect(double.variables.state).toEqual(single.variables.state);
    expect(double.methodVariables).toEqual(single.methodVariables);
    expect([single.step, double.step]).toEqual([8, 4]);
  });

  it('compiles a gradient and an update, once each', async () => {
    const compiled: AnyCompiled[] = [];
    const watched = withCompile(backend, (each) => {
      compiled.push(each);
      return each;
    });
    await runTraining(toyRun(watched, { source: blobSource({ length: 16, batchSize: 4 }), accumulation: 2 }));
    expect(compiled.map(({ compilations }) => compilations)).toEqual([1, 1]);
  });

  it('sums the times of its batches', async () => {
    const [, steps] = await stepsOf(toyRun(backend, { accumulation: 3, epochs: 1 }));
    expect(steps).toHaveLength(1);
    const [{ milliseconds, waitMilliseconds, backendMilliseconds }] = steps as [StepEvent];
    expect(waitMilliseconds + backendMilliseconds).toBeLessThanOrEqual(milliseconds);
  });

  it('is another run to a checkpoint', async () => {
    const checkpoint = { storage: memoryStorage() };
    await runTraining(toyRun(backend, { checkpoint, accumulation: 2, steps: 1 }));
    await expect(
      runTraining(toyRun(backend, { checkpoint, accumulation: 3, steps: 2, resume: true })),
    ).rejects.toThrow(/accumulation: 2 in the checkpoint, 3 now/);
  });

  it.each([0, 1.5])('cannot be %s', async (accumulation) => {
    await expect(runTraining(toyRun(backend, { accumulation }))).rejects.toThrow(/accumulation must be/);
  });
});
