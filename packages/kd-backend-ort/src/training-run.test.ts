import { createTfjsBackend } from 'kd-backend-tfjs';
import { type Backend, type HostTensor, prngKey, type Tree, treeLeaves } from 'kd-core';
import { createLoader, digits, subset } from 'kd-data';
import { resnet } from 'kd-models';
import {
  crossEntropy,
  hinton,
  memoryStorage,
  runTraining,
  sgd,
  sum,
  type TrainingOptions,
  type TrainingResult,
  weight,
} from 'kd-train';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOrtBackend } from './index.ts';

let ort: Backend;
let reference: Backend;
beforeAll(async () => {
  ort = await createOrtBackend({ threads: 1 });
  reference = await createTfjsBackend();
});
afterAll(() => Promise.all([ort.dispose(), reference.dispose()]));

const shape = { classes: 10, inputShape: [8, 8, 1] } as const;
const part = (start: number, length: number) =>
  subset(
    digits(),
    Array.from({ length }, (_, index) => start + index),
  );
const load = (start: number, length: number) =>
  createLoader({ dataset: part(start, length), batchSize: 8, key: prngKey(1) });

/** Everything that the trainer can do to an update. */
function everything(backend: Backend, changes: Partial<TrainingOptions> = {}): TrainingOptions {
  const teacher = resnet({ depth: 8, widths: [4, 4, 8, 8], ...shape });
  return {
    backend,
    student: resnet({ depth: 8, widths: [4, 4, 4, 4], ...shape }),
    teachers: [{ model: teacher, variables: teacher.init(prngKey(3)) }],
    method: sum([weight(0.5, crossEntropy()), weight(0.5, hinton({ temperature: 2 }))]),
    optimizer: sgd({ momentum: 0.9, weightDecay: 5e-4 }),
    learningRate: 0.01,
    source: load(0, 28),
    accumulation: 2,
    gradientClipping: { norm: 0.1 },
    averaging: { decay: 0.5 },
    nonFinite: 'skip',
    monitors: { gradientNorm: { parts: true }, deadUnits: { every: 1, batches: 1 } },
    validation: { source: load(28, 16) },
    select: { metric: 'nll' },
    epochs: 2,
    key: prngKey(2),
    ...changes,
  };
}

const numbers = ({ deployed }: TrainingResult): number[] =>
  treeLeaves<HostTensor>(deployed.variables as unknown as Tree<HostTensor>).flatMap(({ data }) => [...data]);

describe('a run with clipping, accumulation, averages, a guard, monitors and a choice', () => {
  it('computes compiled what it computes eagerly', async () => {
    const norms: number[] = [];
    const eager = await runTraining(everything(reference), {
      step: ({ gradientNorm }) => void norms.push(gradientNorm),
    });
    const compiled = await runTraining(everything(ort), {
      step: ({ step, gradientNorm, gradientNorms }) => {
        expect(gradientNorm / norms[step]!).toBeCloseTo(1, 3);
        expect(Math.hypot(...Object.values(gradientNorms!)) / gradientNorm).toBeCloseTo(1, 4);
      },
    });
    expect(norms.every((norm) => norm > 0.1)).toBe(true);
    const expected = numbers(eager);
    numbers(compiled).forEach((value, index) => {
      expect(value).toBeCloseTo(expected[index]!, 3);
    });
    expect(compiled.best!.epoch).toBe(eager.best!.epoch);
  });

  it('goes on after a stop to the same bits', async () => {
    const whole = await runTraining(everything(ort));
    const stop = new AbortController();
    const checkpoint = { storage: memoryStorage() };
    await runTraining(everything(ort, { checkpoint, signal: stop.signal }), {
      step: ({ step }) => {
        if (step === 2) stop.abort();
      },
    });
    const resumed = await runTraining(everything(ort, { checkpoint, resume: true }));
    expect(numbers(resumed)).toEqual(numbers(whole));
    expect(resumed.best!.value).toBe(whole.best!.value);
  });

  it('frees the device', async () => {
    const before = ort.memory().tensors;
    await runTraining(everything(ort, { epochs: 1 }));
    expect(ort.memory().tensors).toBe(before);
  });
});
