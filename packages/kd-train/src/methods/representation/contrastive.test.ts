import { createTfjsBackend } from 'kd-backend-tfjs';
import {
  type Backend,
  type BatchSource,
  type HostTensor,
  prngKey,
  randomNormal,
  type Tree,
  treePaths,
} from 'kd-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type CrdOptions,
  crd,
  crdEnsemble,
  crdModality,
  crossEntropy,
  type Method,
  type MethodShapes,
  memoryStorage,
  runTraining,
  sum,
  type TrainedNetwork,
  type TrainingOptions,
  type TrainingResult,
  weight,
} from '../../index.ts';
import { blobSource } from '../../testing/blob-source.ts';
import { tinyNetwork } from '../../testing/tiny-network.ts';
import { toyRun } from '../../testing/toy-run.ts';

let backend: Backend;
beforeAll(async () => {
  backend = await createTfjsBackend();
});

const labels = Int32Array.from({ length: 20 }, (_, sample) => sample % 3);
const samples = { count: 20, labels };
const source: BatchSource = { ...blobSource(), samples };

const shapes: MethodShapes = {
  student: { classes: 3, taps: { pooled: [2], feature: [4, 4, 2] } },
  teachers: [{ classes: 3, taps: { pooled: [3], feature: [4, 4, 3] } }],
  batchSize: 8,
  samples,
};

const run = (method: Method, changes: Partial<TrainingOptions> = {}): TrainingOptions =>
  toyRun(backend, { method, source, ...changes });

const taught = (options?: CrdOptions): Method =>
  sum([crossEntropy(), weight(0.8, crd({ dimension: 4, ...options }))]);

async function trainFor(steps: number, options: TrainingOptions): Promise<TrainingResult> {
  const stop = new AbortController();
  let made = 0;
  const step = (): void => {
    made += 1;
    if (made === steps) stop.abort();
  };
  return runTraining({ ...options, signal: stop.signal }, { step });
}

interface CrdVariables {
  readonly state: {
    readonly teacher0: Readonly<
      Record<'student' | 'teacher' | 'studentConstant' | 'teacherConstant', HostTensor>
    >;
  };
}

describe('crd', () => {
  it('starts with heads and memories of its own, and constants that are not known', () => {
    const { params, state } = crd().init(prngKey(1), shapes);
    const { teacher0 } = state as CrdVariables['state'];
    expect(treePaths(params)).toEqual([
      'teacher0/student/linear/bias',
      'teacher0/student/linear/kernel',
      'teacher0/teacher/linear/bias',
      'teacher0/teacher/linear/kernel',
    ]);
    expect(teacher0.student.shape).toEqual([20, 128]);
    expect(teacher0.studentConstant.data[0]).toBe(-1);
    const rows = Array.from({ length: 20 }, (_, row) =>
      Math.hypot(...teacher0.student.data.subarray(128 * row, 128 * (row + 1))),
    );
    for (const length of rows) expect(Math.abs(length - 1)).toBeLessThan(0.2);
    const paper = crd({ variant: 'paper' }).init(prngKey(1), shapes).state as CrdVariables['state'];
    expect(paper.teacher0.teacherConstant.data[0]).toBe(1);
  });

  it('keeps no row for an index without a sample', () => {
    const gaps = { count: 22, labels: Int32Array.from([-1, ...labels, -1]) };
    const { state } = crd().init(prngKey(1), { ...shapes, samples: gaps });
    expect((state as CrdVariables['state']).teacher0.teacher.shape).toEqual([20, 128]);
  });

  it('says what a batch costs beside the networks', () => {
    const heads = 8 * (2 + 3);
    expect(crd({ dimension: 8 }).macs!(shapes)).toBe(8 * (heads + 2 * 20 * 8));
  });

  it('trains student and heads, and remembers the samples of each batch', async () => {
    const losses: number[] = [];
    const { methodVariables } = await runTraining(run(crd({ dimension: 4 }), { epochs: 8 }), {
      epoch: ({ terms }) => void losses.push(terms.crd!),
    });
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
    const { teacher0 } = (methodVariables as unknown as CrdVariables).state;
    for (const bank of [teacher0.student, teacher0.teacher]) {
      for (let row = 0; row < 20; row++) {
        expect(Math.hypot(...bank.data.subarray(4 * row, 4 * (row + 1)))).toBeCloseTo(1, 5);
      }
    }
    expect(teacher0.studentConstant.data[0]).toBeGreaterThan(0);
  });

  it('resumed after any step gives the bits of an uninterrupted run', async () => {
    const whole = await runTraining(run(taught()));
    for (const steps of [1, 5]) {
      const checkpoint = { storage: memoryStorage() };
      await trainFor(steps, run(taught(), { checkpoint }));
      const resumed = await runTraining(run(taught(), { checkpoint, resume: true }));
      expect(resumed.variables).toEqual(whole.variables);
      expect(resumed.methodVariables).toEqual(whole.methodVariables);
    }
  });

  it('refuses, before anything runs, what it cannot contrast', async () => {
    await expect(runTraining(run(crd(), { source: blobSource() }))).rejects.toThrow(
      /remembers something of each sample, but the source does not say/,
    );
    const oneClass = { ...source, samples: { count: 20, labels: new Int32Array(20) } };
    await expect(runTraining(run(crd(), { source: oneClass }))).rejects.toThrow(
      /all 20 samples are of one class/,
    );
    await expect(runTraining(run(crd({ studentTap: 'feature' })))).rejects.toThrow(
      /reads vectors, .*'feature' of the student has shape \[4, 4, 2\]/,
    );
    await expect(runTraining(run(crd({ teacher: 1 })))).rejects.toThrow(/needs 2 teacher\(s\), but 1/);
  });

  it('refuses settings out of range', () => {
    expect(() => crd({ temperature: 0.01 })).toThrow(/temperature .* at least 0.02, got 0.01/);
    expect(() => crd({ momentum: 1 })).toThrow(/momentum .* got 1/);
    expect(() => crd({ dimension: 0 })).toThrow(/dimension .* got 0/);
    expect(() => crd({ negativeCount: 0.5 })).toThrow(/negativeCount .* got 0.5/);
    expect(() => crd({ positives: 'relax', negatives: 'otherSamples' })).toThrow(
      /need negatives 'otherClasses'/,
    );
  });
});

describe('crdEnsemble', () => {
  const teacherOf = (channels: number): TrainedNetwork => {
    const model = tinyNetwork({ channels });
    return { model, variables: model.init(prngKey(channels)) };
  };

  it('adds or averages a term for each teacher, with a memory each', async () => {
    const teachers = [teacherOf(3), teacherOf(5)];
    const firstStep = async (reduce: 'sum' | 'mean'): Promise<Readonly<Record<string, number>>> => {
      let found: Readonly<Record<string, number>> = {};
      const { methodVariables } = await runTraining(
        run(crdEnsemble({ dimension: 4, reduce }), { teachers, steps: 1 }),
        {
          step: ({ loss, terms }) => {
            found = { loss, ...terms };
          },
        },
      );
      expect(Object.keys(methodVariables.state as object)).toEqual(['teacher0', 'teacher1']);
      return found;
    };
    const [added, averaged] = [await firstStep('sum'), await firstStep('mean')];
    expect(added.loss).toBeCloseTo(added.teacher0! + added.teacher1!, 4);
    expect(averaged.loss).toBeCloseTo(added.loss! / 2, 4);
  });

  it('refuses an empty list, and a teacher named twice', () => {
    expect(() => crdEnsemble({ teachers: [] })).toThrow(/at least one teacher/);
    expect(() => crdEnsemble({ teachers: [1, 1] })).toThrow(/none twice, got \[1, 1\]/);
  });
});

describe('crdModality', () => {
  /** Depth has other pixels and fewer of them. */
  const depth = tinyNetwork({ channels: 3, side: 2 });
  const depthTeacher = { model: depth, variables: depth.init(prngKey(3)), view: 'depth' };
  const withDepth: BatchSource = {
    ...source,
    samples: { count: 20, labels: new Int32Array(20) },
    views: { depth: [2, 2, 1] },
    async batch(epoch, index) {
      const batch = await source.batch(epoch, index);
      const count = batch.labels.data.length;
      const views = { depth: randomNormal(prngKey(index), [count, 2, 2, 1]) };
      return { ...batch, views };
    },
  };

  it('trains on what the teacher sees of the same samples, without labels', async () => {
    const changes = { source: withDepth, teachers: [depthTeacher], steps: 6 };
    const { methodVariables, step } = await runTraining(run(crdModality({ dimension: 4 }), changes));
    expect(step).toBe(6);
    expect(treePaths(methodVariables.state as Tree<HostTensor>)).toContain('teacher0/teacherConstant');
  });

  it('refuses a teacher that sees what the student sees', async () => {
    await expect(runTraining(run(crdModality()))).rejects.toThrow(
      /'crdModality' teaches from one view .* Teacher 0 \('tiny3'\) is shown the images/,
    );
  });
});
