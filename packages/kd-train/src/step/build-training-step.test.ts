import { mean, profile, type Scalar, scalar } from '@tensorflow/tfjs-core';
import { createTfjsBackend } from 'kd-backend-tfjs';
import {
  type Backend,
  detach,
  HostTensor,
  type HostTree,
  type ModelVariables,
  prngKey,
  type Tree,
  treeLeaves,
  treeMap,
  visitTree,
} from 'kd-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  adam,
  adamW,
  crossEntropy,
  fitnet,
  hinton,
  initialTrainingState,
  lars,
  lion,
  type Method,
  type Optimizer,
  sgd,
  sum,
  type Teacher,
  type TrainingState,
  weight,
} from '../index.ts';
import { blobSource } from '../testing/blob-source.ts';
import { tinyNetwork } from '../testing/tiny-network.ts';
import { openDeviceRun } from '../training/device-run.ts';
import type { StepMetrics } from '../training/epoch-totals.ts';

let backend: Backend;
beforeAll(async () => {
  backend = await createTfjsBackend();
});

const student = tinyNetwork({ channels: 2 });
const teacherModel = tinyNetwork({ channels: 3 });
const teacher = { model: teacherModel, variables: teacherModel.init(prngKey(11)) };
const fullMethod = sum([
  weight(0.5, crossEntropy()),
  weight(0.9, hinton({ temperature: 3 })),
  weight(2, fitnet({ studentTap: 'feature', teacherTap: 'feature' })),
]);
const batch = blobSource().batch(0, 0) as Exclude<
  ReturnType<ReturnType<typeof blobSource>['batch']>,
  Promise<unknown>
>;

/** A step of a hint alone, which reaches the student's kernel and norm but not its classifier. */
async function hintStep(
  optimizer: Optimizer,
  steps: number,
): Promise<{ before: TrainingState<HostTensor>; after: TrainingState<HostTensor> }> {
  const method = fitnet({ studentTap: 'feature', teacherTap: 'feature' });
  const fresh = initialTrainingState(prngKey(5), { student, teachers: [teacherModel], method, optimizer });
  // As if the classifier had moved before, so that momentum alone would move it on.
  const before = {
    ...fresh,
    optimizer: treeMap<HostTensor, HostTensor>(
      fresh.optimizer,
      ({ data, shape }) => new HostTensor(data.map(() => 0.5) as Float32Array, shape),
    ),
  };
  const run = await openDeviceRun({
    backend,
    student,
    teachers: [teacher],
    method,
    optimizer,
    state: before,
  });
  for (let step = 0; step < steps; step++) await run.step(batch, { learningRate: 0.1, method: {} });
  const after = await run.download();
  await run.close();
  return { before, after };
}

async function oneStep(
  state: TrainingState<HostTensor>,
  learningRate: number,
  taughtBy: Teacher = teacher,
): Promise<{ metrics: StepMetrics; state: TrainingState<HostTensor> }> {
  const method = fullMethod;
  const run = await openDeviceRun({
    backend,
    student,
    teachers: [taughtBy],
    method,
    optimizer: sgd(),
    state,
  });
  const at = { step: 0, epoch: 0, stepsPerEpoch: 1, totalSteps: 1 };
  const scalars = Object.entries(method.scalars).map(([name, schedule]) => [name, schedule(at)] as const);
  const metrics = await run.step(batch, { learningRate, method: Object.fromEntries(scalars) });
  const next = await run.download();
  await run.close();
  return { metrics, state: next };
}

const start = initialTrainingState(prngKey(5), {
  student,
  teachers: [teacherModel],
  method: fullMethod,
  optimizer: sgd(),
});
const values = (variables: ModelVariables<HostTensor>): number[] =>
  treeLeaves<HostTensor>(variables.params as HostTree).flatMap(({ data }) => [...data]);

describe('buildTrainingStep', () => {
  it('moves student and method along the gradient, which finite differences confirm', async () => {
    const learningRate = 1e-3;
    const { metrics, state } = await oneStep(start, learningRate);
    const before = [...values(start.student), ...values(start.method)];
    const after = [...values(state.student), ...values(state.method)];
    const gradient = before.map((value, index) => (value - after[index]!) / learningRate);
    expect(metrics.gradientNorm).toBeCloseTo(Math.hypot(...gradient), 2);

    // The loss along the normalised gradient rises at a rate of the gradient's norm.
    const lossAt = async (distance: number): Promise<number> => {
      let position = 0;
      const shift = (tree: Tree<HostTensor>): Tree<HostTensor> =>
        treeMap<HostTensor, HostTensor>(tree, ({ data, shape }) => {
          const moved = Float32Array.from(
            data,
            (value) => value + (distance * gradient[position++]!) / metrics.gradientNorm,
          );
          return new HostTensor(moved, shape);
        });
      const shifted = {
        ...start,
        student: { ...start.student, params: shift(start.student.params) },
        method: { ...start.method, params: shift(start.method.params) },
      };
      return (await oneStep(shifted, 0)).metrics.loss;
    };
    const slope = ((await lossAt(1e-2)) - (await lossAt(-1e-2))) / 2e-2;
    expect(slope / metrics.gradientNorm).toBeCloseTo(1, 1);
  });

  it('reports the weighted total, the plain terms and the number of correct samples', async () => {
    const { metrics } = await oneStep(start, 0);
    const { crossEntropy: ce, hinton: kd, fitnet: hint } = metrics.terms as Record<string, number>;
    expect(metrics.loss).toBeCloseTo(0.5 * ce! + 0.9 * kd! + 2 * hint!, 4);
    expect([0, 1, 2, 3, 4, 5, 6, 7, 8]).toContain(metrics.correct);
  });

  it('runs the teacher in evaluation mode, on its running statistics', async () => {
    const { params, state } = teacher.variables;
    const doubled = treeMap<HostTensor, HostTensor>(
      state,
      ({ data, shape }) => new HostTensor(data.map((value) => 2 * value + 1) as Float32Array, shape),
    );
    const other = { model: teacherModel, variables: { params, state: doubled } };
    const [usual, changed] = [await oneStep(start, 0), await oneStep(start, 0, other)];
    expect(changed.metrics.terms.crossEntropy).toBe(usual.metrics.terms.crossEntropy);
    expect(Math.abs(changed.metrics.terms.hinton! - usual.metrics.terms.hinton!)).toBeGreaterThan(1e-3);
  });

  it('updates running statistics of student and method, and no parameter at learning rate 0', async () => {
    const { state } = await oneStep(start, 0);
    expect(values(state.student)).toEqual(values(start.student));
    expect(state.student.state).not.toEqual(start.student.state);
    expect(state.method.state).not.toEqual(start.method.state);
  });

  it.each<[string, readonly string[], Optimizer]>([
    ['SGD', ['velocity'], sgd({ momentum: 0.9, weightDecay: 0.5 })],
    ['SGD with momentum of Nesterov', ['velocity'], sgd({ momentum: 0.9, nesterov: true, weightDecay: 0.5 })],
    ['AdamW', ['first', 'second'], adamW({ weightDecay: 0.5 })],
    ['Adam', ['first', 'second'], adam({ weightDecay: 0.5 })],
    ['LARS', ['velocity'], lars({ weightDecay: 0.5 })],
    ['Lion', ['momentum'], lion({ weightDecay: 0.5 })],
  ])(
    'leaves a parameter and its memory alone that the loss does not reach: %s',
    async (_name, memories, optimizer) => {
      const { before, after } = await hintStep(optimizer, 2);
      const paths = (state: TrainingState<HostTensor>): Map<string, string> => {
        const found = new Map<string, string>();
        visitTree<HostTensor>(state as unknown as Tree<HostTensor>, ({ data }, path) => {
          found.set(path, data.join());
        });
        return found;
      };
      const now = paths(after);
      const same = [...paths(before)]
        .filter(([path, value]) => now.get(path) === value)
        .map(([path]) => path);
      expect(same.filter((path) => !path.includes('student/') || !path.includes('dense'))).toEqual([]);
      const expected = memories.map((memory) => `optimizer/${memory}/student`).concat('student/params');
      expect(same.toSorted()).toEqual(
        expected.flatMap((path) => [`${path}/dense/bias`, `${path}/dense/weights`]).toSorted(),
      );
    },
  );

  it('refuses a loss that reaches no parameter', async () => {
    const idle: Method = {
      ...crossEntropy(),
      loss: ({ student: { logits }, variables }) => {
        const total = mean(detach(logits)) as Scalar;
        return { total, terms: { idle: total }, state: variables.state };
      },
    };
    const state = initialTrainingState(prngKey(5), { student, teachers: [], method: idle, optimizer: sgd() });
    const run = await openDeviceRun({
      backend,
      student,
      teachers: [],
      method: idle,
      optimizer: sgd(),
      state,
    });
    const step = run.step(batch, { learningRate: 0.1, method: {} });
    await expect(step).rejects.toThrow(
      /'crossEntropy' depends on no parameter, neither of the student 'tiny2'/,
    );
    await run.close();
  });

  it('costs no kernel more to know what is reached, and fewer where something is not', async () => {
    const kernelsOf = async (method: Method, optimizer: Optimizer): Promise<number> => {
      const state = initialTrainingState(prngKey(5), {
        student,
        teachers: [teacherModel],
        method,
        optimizer,
      });
      const run = await openDeviceRun({ backend, student, teachers: [teacher], method, optimizer, state });
      await run.step(batch, { learningRate: 0.1, method: {} });
      const { kernels } = await profile(async () => {
        await run.step(batch, { learningRate: 0.1, method: {} });
        return scalar(0);
      });
      await run.close();
      return kernels.length;
    };
    const momentum = sgd({ momentum: 0.9, weightDecay: 0.5 });
    const unaware: Optimizer = {
      ...momentum,
      update: ({ reached: _, ...rest }) => momentum.update(rest),
    };
    expect(await kernelsOf(crossEntropy(), momentum)).toBe(await kernelsOf(crossEntropy(), unaware));
    const hint = fitnet({ studentTap: 'feature', teacherTap: 'feature' });
    expect(await kernelsOf(hint, momentum)).toBeLessThan(await kernelsOf(hint, unaware));
  });

  it('leaves nothing on the device', async () => {
    const { tensors } = backend.memory();
    await oneStep(start, 0.1);
    expect(backend.memory().tensors).toBe(tensors);
  });

  it('draws the start of student and method from separate keys', () => {
    const options = { student, teachers: [teacherModel], method: fullMethod, optimizer: sgd() };
    expect(initialTrainingState(prngKey(5), options)).toEqual(start);
    expect(initialTrainingState(prngKey(6), options).student).not.toEqual(start.student);
    const given = student.init(prngKey(99));
    const warm = initialTrainingState(prngKey(5), { ...options, studentVariables: given });
    expect(warm.student).toBe(given);
    expect(warm.method).toEqual(start.method);
  });
});
