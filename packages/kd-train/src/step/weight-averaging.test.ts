import fc from 'fast-check';
import { createTfjsBackend } from 'kd-backend-tfjs';
import { type Backend, HostTensor, type ModelVariables, type Tree, treeLeaves, treePaths } from 'kd-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  evaluate,
  memoryStorage,
  runTraining,
  sum,
  type TrainingOptions,
  type WeightAveraging,
  weight,
} from '../index.ts';
import { blobSource } from '../testing/blob-source.ts';
import { grownStudent } from '../testing/grown-student.ts';
import { tinyNetwork } from '../testing/tiny-network.ts';
import { toyRun } from '../testing/toy-run.ts';
import { twoStages } from '../testing/two-stages.ts';
import { averageDecay, initialAverage } from './weight-averaging.ts';

let backend: Backend;
beforeAll(async () => {
  backend = await createTfjsBackend();
});

const numbers = (variables: ModelVariables<HostTensor>): number[] =>
  treeLeaves<HostTensor>(variables as unknown as Tree<HostTensor>).flatMap(({ data }) => [...data]);
const at = (step: number) => ({ step, epoch: 0, stepsPerEpoch: 1, totalSteps: 1 });

describe('averageDecay', () => {
  it('grows as min(decay, (1 + t) / (10 + t)) from the update it begins at', () => {
    const decay = averageDecay({ decay: 0.5, from: 3 });
    expect([0, 2, 3, 4, 10, 11, 12].map((step) => decay(at(step)))).toEqual([
      0,
      0,
      1 / 10,
      2 / 11,
      8 / 17,
      0.5,
      0.5,
    ]);
    expect(averageDecay({ decay: 0.99, warmUp: false })(at(0))).toBe(0.99);
  });

  it.each([
    [{ decay: 1 }, /averaging.decay must be in \[0, 1\), got 1/],
    [{ decay: Number.NaN }, /averaging.decay/],
    [{ decay: 0.9, from: -1 }, /averaging.from/],
    [{ decay: 0.9, from: 0.5 }, /averaging.from/],
  ])('refuses %j', async (averaging, message) => {
    expect(() => averageDecay(averaging)).toThrow(message);
    await expect(runTraining(toyRun(backend, { averaging }))).rejects.toThrow(message);
  });
});

describe('a run that averages', () => {
  it('deploys the moving average of weights and running statistics, and trains as without', async () => {
    const after = async (steps: number, changes: Partial<TrainingOptions> = {}) =>
      runTraining(toyRun(backend, { steps, ...changes }));
    const trained: number[][] = [];
    for (let steps = 1; steps <= 5; steps++) trained.push(numbers((await after(steps)).variables));
    const options = toyRun(backend);
    // A learning rate of 0 leaves the start; running statistics start as the network says.
    const still = await after(1, { learningRate: 0 });
    const start = numbers({ params: still.variables.params, state: options.student.init(options.key).state });
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        fc.boolean(),
        fc.nat(5),
        async (decay, warmUp, from) => {
          const averaging = { decay, warmUp, from };
          const { deployed, variables, unaveraged } = await after(5, { averaging });
          let expected = start;
          trained.forEach((weights, step) => {
            const stays = averageDecay(averaging)(at(step));
            expected = expected.map((old, index) => stays * old + (1 - stays) * weights[index]!);
          });
          numbers(deployed.variables).forEach((value, index) => {
            expect(value).toBeCloseTo(expected[index]!, 5);
          });
          expect(numbers(variables)).toEqual(trained[4]);
          expect(unaveraged!.variables).toEqual(variables);
        },
      ),
      { numRuns: 6 },
    );
  });

  it('is validated with the average', async () => {
    const source = blobSource({ length: 24, seed: 5 });
    const averaging = { decay: 0.8, warmUp: false };
    const { deployed, unaveraged, history } = await runTraining(
      toyRun(backend, { averaging, validation: { source }, epochs: 1 }),
    );
    const { metrics } = await evaluate({ backend, ...deployed, source });
    expect(history[0]!.validation).toEqual(metrics);
    expect((await evaluate({ backend, ...unaveraged!, source })).metrics.nll).not.toBe(metrics.nll);
  });

  it('averages what is deployed, in the method too, and nothing else', async () => {
    const student = tinyNetwork({ channels: 2 });
    const averaging = { decay: 0.9, warmUp: false };
    const options = toyRun(backend, {
      student,
      teachers: [],
      method: sum([weight(1, grownStudent())]),
      averaging,
    });
    const { deployed, unaveraged, variables, methodVariables } = await runTraining(options);
    const head = (methodVariables.params as { grownStudent: Tree<HostTensor> }).grownStudent;
    expect(unaveraged!.variables.params).toEqual({ student: variables.params, head });
    const averaged = deployed.variables.params as { student: Tree<HostTensor>; head: Tree<HostTensor> };
    expect(averaged.head).not.toEqual(head);
    expect(averaged.student).not.toEqual(variables.params);
  });

  it('is the same run to a checkpoint where defaults are written out, and another with another decay', async () => {
    const checkpoint = { storage: memoryStorage() };
    const run = (averaging: WeightAveraging, changes: Partial<TrainingOptions>) =>
      runTraining(toyRun(backend, { checkpoint, averaging, ...changes }));
    await run({ decay: 0.9 }, { steps: 1 });
    await run({ decay: 0.9, warmUp: true, from: 0 }, { steps: 2, resume: true });
    await expect(run({ decay: 0.8 }, { steps: 3, resume: true })).rejects.toThrow(/averaging.decay: 0.9/);
  });

  it('begins with the main stage', async () => {
    const averaging = { decay: 0.9 };
    const method = twoStages();
    const { deployed, variables } = await runTraining(toyRun(backend, { method, averaging, steps: 1 }));
    expect(deployed.variables).not.toEqual(variables);
  });
});

it('initialAverage leaves out what is deployed nowhere, and what belongs to a teacher', () => {
  const tensor = (): HostTensor => new HostTensor(new Float32Array(1), [1]);
  const variables = (name: string) => ({
    params: { [name]: tensor() },
    state: { [`${name}State`]: tensor() },
  });
  const trained = {
    student: variables('student'),
    method: { params: { head: tensor(), regressor: tensor() }, state: { bank: tensor() } },
    teachers: [variables('teacher')],
  };
  const deployed = {
    model: tinyNetwork({ channels: 1 }),
    variables: (from: typeof trained) => ({
      params: { ...from.student.params, head: from.method.params.head, ...from.teachers[0]!.params },
      state: from.student.state,
    }),
  };
  const average = initialAverage(deployed as never, trained as never);
  expect(treePaths(average)).toEqual([
    'method/params/head',
    'student/params/student',
    'student/state/studentState',
  ]);
});
