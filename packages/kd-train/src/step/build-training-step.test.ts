import { createTfjsBackend } from 'kd-backend-tfjs';
import {
  type Backend,
  HostTensor,
  type HostTree,
  type ModelVariables,
  prngKey,
  type Tree,
  treeLeaves,
  treeMap,
} from 'kd-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  crossEntropy,
  fitnet,
  hinton,
  initialTrainingState,
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
