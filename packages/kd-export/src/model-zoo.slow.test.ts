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
  treeMap,
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
const BATCH = 4;
const MOMENTUM = 0.9;
/** Of the loss, by which the probed step should lower it: far above rounding, and small enough for a straight line. */
const SMALL_PART = 1e-3;

let backend: Backend;
beforeAll(async () => {
  backend = await createOrtBackend();
});
afterAll(() => backend.dispose());

const networks = [...new Set(listModels().map(({ name }) => name))];

/**
 * The networks at the size that they were made for: what is only ever built thin or small elsewhere. A few images a
 * batch are enough to see that everything is lowered, that every gradient arrives, and that the file agrees.
 */
describe.each(networks)('%s', (name) => {
  const model = createModel(name, { classes: CLASSES });
  let trained: ModelVariables<HostTensor>;

  test('trains a compiled step, by as much as its gradient promises', async () => {
    const images = randomNormal(prngKey(1), [BATCH, ...model.inputShape]);
    const { variables, promised, decrease, withoutGradient } = await probe(model, images);
    trained = variables;
    expect(decrease / promised).toBeGreaterThan(0.8);
    expect(decrease / promised).toBeLessThan(1.2);
    expect(withoutGradient).toEqual([]);
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

interface Probe {
  readonly variables: ModelVariables<HostTensor>;
  /** What the loss should fall by for a small step against its gradient: the step's factor times |gradient|^2. */
  readonly promised: number;
  readonly decrease: number;
  /** Paths of the parameters whose gradient is zero in every element. */
  readonly withoutGradient: readonly string[];
}

/** A step of rate 0 tells loss and gradient, one of a small rate follows the gradient, one of rate 0 tells the loss there. */
async function probe(model: Model, images: HostTensor): Promise<Probe> {
  const participants = {
    student: model,
    teachers: [],
    method: crossEntropy(),
    optimizer: sgd({ momentum: MOMENTUM }),
  };
  const initial = initialTrainingState(prngKey(3), {
    ...participants,
    studentVariables: unevenVariables(model),
  });
  const step: Compiled<TrainingStepArguments, TrainingStepResult> = backend.compile(
    buildTrainingStep(participants),
  );
  const integers = new HostTensor(new Int32Array([3, 7, 0, 9]), [BATCH]);
  const run = async (
    state: unknown,
    rate: number,
  ): Promise<{ state: unknown; metrics: Record<'loss' | 'gradientNorm', number> }> => {
    const args = {
      state,
      teachers: [],
      batch: { images, labels: integers, indices: integers },
      scalars: { learningRate: HostTensor.scalar(rate), method: {} },
    };
    const result = await step(args as unknown as WithLeaves<TrainingStepArguments, InputLeaf>);
    const { loss, gradientNorm } = (await backend.download(result.metrics as never)) as unknown as Record<
      'loss' | 'gradientNorm',
      HostTensor
    >;
    return { state: result.state, metrics: { loss: loss.data[0]!, gradientNorm: gradientNorm.data[0]! } };
  };
  const { metrics: before, state: gradients } = await run(initial, 0);
  const promised = SMALL_PART * before.loss;
  // The second step sees the same gradient, and the momentum of the first.
  const moved = await run(gradients, promised / ((1 + MOMENTUM) * before.gradientNorm ** 2));
  const { metrics: after } = await run(moved.state, 0);
  const state = (await backend.download(moved.state as never)) as unknown as TrainingState<HostTensor>;
  await step.dispose();
  return {
    variables: state.student,
    promised,
    decrease: before.loss - after.loss,
    withoutGradient: withoutMomentum(state),
  };
}

/**
 * The initial variables with uneven scales and offsets: where all are alike, a scale before a convolution and another
 * batch norm has no effect, and a wrong gradient would not show.
 */
function unevenVariables(model: Model): ModelVariables<HostTensor> {
  const { params, state } = model.init(prngKey(3));
  let draws = 0;
  const uneven = treeMap(params, (leaf) => {
    if (leaf.shape.length !== 1) return leaf;
    const noise = randomNormal(prngKey(100 + draws++), leaf.shape, { standardDeviation: 0.1 });
    return new HostTensor(
      noise.data.map((value, index) => value + leaf.data[index]!),
      leaf.shape,
    );
  });
  return { params: uneven, state };
}

/** The momentum of a gradient that is the same in every step is a multiple of it. */
function withoutMomentum({ optimizer }: TrainingState<HostTensor>): string[] {
  const paths: string[] = [];
  visitTree<HostTensor>(optimizer, ({ data }, path) => {
    if (data.every((value) => value === 0)) paths.push(path);
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
