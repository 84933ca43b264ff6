import { createTfjsBackend } from 'kd-backend-tfjs';
import {
  type Backend,
  type Compiled,
  HostTensor,
  type InputLeaf,
  type ModelVariables,
  prngKey,
  randomNormal,
  treeMap2,
  type WithLeaves,
} from 'kd-core';
import { iresnet, mobileFaceNet, type NetworkModel, pocketNet } from 'kd-models';
import {
  buildTrainingStep,
  embeddingDistillation,
  initialTrainingState,
  marginCrossEntropy,
  sgd,
  sum,
  type TrainingState,
  type TrainingStepArguments,
  type TrainingStepResult,
  weight,
} from 'kd-train';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOrtBackend } from './index.ts';

const BATCH = 4;
const IDENTITIES = 5;
const widths = [4, 4, 6, 8, 10] as const;
const faces = (side: number) =>
  ({ embeddingSize: 6, inputShape: [side, side, 3], classes: IDENTITIES }) as const;
const thin = { ...faces(32), layers: [1, 2, 1, 1], widths } as const;

/** MobileFaceNet's widths are given, so its images are small: the eager backend is slow. */
const students: readonly (readonly [name: string, model: NetworkModel])[] = [
  ['IResNet', iresnet(thin)],
  ['IResNet with excitation', iresnet({ ...thin, squeezeExcitation: true })],
  ['MobileFaceNet', mobileFaceNet({ ...faces(16), blocks: [1, 1, 1, 1] })],
  ['MobileFaceNet of groups', mobileFaceNet({ ...faces(16), blocks: [1, 1, 1, 1], scale: 2 })],
  ['PocketNet', pocketNet({ ...faces(32), cells: 3, channels: 4 })],
];

let compiling: Backend;
let eager: Backend;
beforeAll(async () => {
  compiling = await createOrtBackend();
  eager = await createTfjsBackend();
});
afterAll(async () => {
  await compiling.dispose();
});

interface Outcome {
  readonly loss: number;
  readonly gradientNorm: number;
  readonly student: ModelVariables<HostTensor>;
}

test.each(students)('a training step of a thin %s is that of the eager backend', async (_name, student) => {
  const teacher = iresnet({ ...thin, inputShape: student.inputShape });
  const participants = {
    student,
    teachers: [teacher],
    method: sum([marginCrossEntropy({ scale: 8 }), weight(100, embeddingDistillation())]),
    optimizer: sgd({ momentum: 0.9 }),
  };
  const initial = initialTrainingState(prngKey(3), participants);
  const labels = new HostTensor(Int32Array.of(0, 3, 4, 1), [BATCH]);
  const oneStep = async (backend: Backend): Promise<Outcome> => {
    const step: Compiled<TrainingStepArguments, TrainingStepResult> = backend.compile(
      buildTrainingStep(participants),
    );
    const args = {
      state: initial,
      teachers: [teacher.init(prngKey(2))],
      batch: { images: randomNormal(prngKey(1), [BATCH, ...student.inputShape]), labels, indices: labels },
      scalars: {
        learningRate: HostTensor.scalar(0.01),
        method: { 'embeddingDistillation/weight': HostTensor.scalar(100) },
      },
    };
    const result = await step(args as unknown as WithLeaves<TrainingStepArguments, InputLeaf>);
    const host = (await backend.download(result as never)) as unknown as {
      state: TrainingState<HostTensor>;
      metrics: { loss: HostTensor; gradientNorm: HostTensor };
    };
    await step.dispose();
    const { loss, gradientNorm } = host.metrics;
    return { loss: loss.data[0]!, gradientNorm: gradientNorm.data[0]!, student: host.state.student };
  };
  const [compiled, wanted] = [await oneStep(compiling), await oneStep(eager)];
  expect(compiled.loss / wanted.loss).toBeCloseTo(1, 5);
  expect(compiled.gradientNorm / wanted.gradientNorm).toBeCloseTo(1, 3);
  expect(largestDifference(compiled.student, wanted.student)).toBeLessThan(1e-3 * 0.01 * wanted.gradientNorm);
  expect(largestDifference(compiled.student, initial.student)).toBeGreaterThan(
    0.01 * wanted.gradientNorm * 0.01,
  );
});

function largestDifference(a: ModelVariables<HostTensor>, b: ModelVariables<HostTensor>): number {
  let largest = 0;
  treeMap2<HostTensor, HostTensor, null>(a.params, b.params, (one, other) => {
    for (const [index, value] of one.data.entries()) {
      largest = Math.max(largest, Math.abs(value - other.data[index]!));
    }
    return null;
  });
  return largest;
}
