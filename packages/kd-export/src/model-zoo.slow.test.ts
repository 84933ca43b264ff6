import { createOrtBackend, openOnnx } from 'kd-backend-ort';
import {
  type Backend,
  type Compiled,
  HostTensor,
  type InputLeaf,
  type Model,
  type ModelVariables,
  prngKey,
  randomNormal,
  treeMap2,
  visitTree,
  type WithLeaves,
} from 'kd-core';
import { createModel, listModels } from 'kd-models';
import {
  buildTrainingStep,
  compileForward,
  crossEntropy,
  initialTrainingState,
  sgd,
  type TrainingState,
  type TrainingStepArguments,
  type TrainingStepResult,
} from 'kd-train';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportOnnx, verifyOnnx } from './index.ts';

const CLASSES = 10;
const BATCH = 2;

let backend: Backend;
beforeAll(async () => {
  backend = await createOrtBackend();
});
afterAll(() => backend.dispose());

const networks = [...new Set(listModels().map(({ name }) => name))];

/**
 * The networks at the size that they were made for: what is only ever built thin or small elsewhere. Two images a
 * batch are enough to see that everything is lowered, that every gradient arrives, and that the file agrees.
 */
describe.each(networks)('%s', (name) => {
  const model = createModel(name, { classes: CLASSES });
  let trained: ModelVariables<HostTensor>;

  test('trains a compiled step', async () => {
    const images = randomNormal(prngKey(1), [BATCH, ...model.inputShape]);
    const { before, after, losses } = await twoSteps(model, images);
    trained = after;
    expect(losses.every(Number.isFinite), `losses ${losses}`).toBe(true);
    expect(losses[1]).toBeLessThan(losses[0]!);
    expect(unchanged(before, after)).toEqual([]);
  });

  test('is exported to a file that ONNX Runtime runs alike', async () => {
    const images = randomNormal(prngKey(2), [BATCH, ...model.inputShape]);
    const expectedLogits = await logitsOf(model, trained, images);
    const session = await openOnnx(exportOnnx({ model, variables: trained }));
    try {
      const result = await verifyOnnx({ session, images, expectedLogits });
      expect(result.maxRelativeDifference).toBeLessThan(1e-4);
    } finally {
      await session.release();
    }
  });
});

async function twoSteps(
  model: Model,
  images: HostTensor,
): Promise<{
  readonly before: ModelVariables<HostTensor>;
  readonly after: ModelVariables<HostTensor>;
  readonly losses: readonly number[];
}> {
  const participants = {
    student: model,
    teachers: [],
    method: crossEntropy(),
    optimizer: sgd({ momentum: 0.9 }),
  };
  const initial = initialTrainingState(prngKey(3), participants);
  const step: Compiled<TrainingStepArguments, TrainingStepResult> = backend.compile(
    buildTrainingStep(participants),
  );
  const integers = new HostTensor(new Int32Array([3, 7]), [BATCH]);
  const losses: number[] = [];
  let state: unknown = initial;
  for (let update = 0; update < 2; update++) {
    const args = {
      state,
      teachers: [],
      batch: { images, labels: integers, indices: integers },
      scalars: { learningRate: HostTensor.scalar(0.001), method: {} },
    };
    const result = await step(args as unknown as WithLeaves<TrainingStepArguments, InputLeaf>);
    const host = (await backend.download(result as never)) as unknown as {
      state: TrainingState<HostTensor>;
      metrics: { loss: HostTensor };
    };
    state = host.state;
    losses.push(host.metrics.loss.data[0]!);
  }
  await step.dispose();
  return { before: initial.student, after: (state as TrainingState<HostTensor>).student, losses };
}

/** Paths of the parameters that are what they were in every element: their gradient never arrived. */
function unchanged(before: ModelVariables<HostTensor>, after: ModelVariables<HostTensor>): string[] {
  const same = treeMap2<HostTensor, HostTensor, boolean>(before.params, after.params, (a, b) =>
    a.data.every((value, index) => value === b.data[index]),
  );
  const paths: string[] = [];
  visitTree<boolean>(same, (isSame, path) => {
    if (isSame) paths.push(path);
  });
  return paths;
}

async function logitsOf(
  model: Model,
  variables: ModelVariables<HostTensor>,
  images: HostTensor,
): Promise<HostTensor> {
  const forward = compileForward({ backend, model });
  const output = await forward.logits(variables, images);
  const { logits } = await backend.download({ logits: output });
  output.dispose();
  await forward.dispose();
  return logits;
}
