import { mul, type Scalar, sub, sum, type Tensor, type Tensor1D, type Tensor4D } from '@tensorflow/tfjs-core';
import { createTfjsBackend } from 'kd-backend-tfjs';
import {
  type Backend,
  crossEntropy,
  HostTensor as Host,
  type HostTensor,
  type Model,
  type ModelVariables,
  prngKey,
  randomNormal,
  type Tree,
  treeLeaves,
  treeMap2,
  valueAndGradient,
} from 'kd-core';
import { thirdPartyModels } from 'kd-third-party-models';
import { beforeAll, describe, expect, it } from 'vitest';
import { createOrtBackend } from '../create-ort-backend.ts';
import { onnxModel } from './onnx-model.ts';

interface Batch {
  readonly images: Tensor4D;
  readonly labels: Tensor1D;
}

interface StepArguments extends Batch {
  readonly variables: ModelVariables<Tensor>;
  readonly learningRate: Scalar;
}

describe('an ONNX file that is trained', () => {
  let model: Model;
  let variables: ModelVariables<HostTensor>;
  const images = randomNormal(prngKey(1), [4, 48, 64, 3]);
  const labels = new Host(Int32Array.of(0, 1, 1, 0), [4]);
  beforeAll(async () => {
    const read = await onnxModel(thirdPartyModels.textDirection.path, {
      inputShape: [48, 64, 3],
      differentiable: true,
    });
    ({ model, variables } = read);
  });

  function trainingStep({ variables: given, learningRate, ...batch }: StepArguments): {
    loss: Scalar;
    variables: ModelVariables<Tensor>;
  } {
    const loss = (params: Tree<Tensor>): { value: Scalar; aux: Tree<Tensor> } => {
      const { logits, state } = model.apply({ params, state: given.state }, batch.images, { train: true });
      return { value: crossEntropy({ logits, labels: batch.labels }), aux: state };
    };
    const { value, gradient, aux } = valueAndGradient(loss, given.params);
    const params = treeMap2(given.params, gradient, (param, slope) => sub(param, mul(slope, learningRate)));
    return { loss: value, variables: { params, state: aux } };
  }

  it('learns on ort-cpu, and its running statistics follow', async () => {
    const backend = await createOrtBackend({ threads: 1 });
    const step = backend.compile(trainingStep as never) as unknown as (args: object) => Promise<never>;
    const losses: number[] = [];
    let current: object = variables;
    for (let count = 0; count < 4; count++) {
      const result: { loss: unknown; variables: object } = await step({
        variables: current,
        images,
        labels,
        learningRate: Host.scalar(0.05),
      });
      const { loss } = (await backend.download({ loss: result.loss } as never)) as unknown as {
        loss: HostTensor;
      };
      losses.push(loss.data[0]!);
      current = result.variables;
    }
    const trained = (await backend.download(current as never)) as unknown as ModelVariables<HostTensor>;
    await backend.dispose();
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 2);
    const moved = (before: Tree<HostTensor>, after: Tree<HostTensor>): number =>
      treeLeaves(before).filter((leaf, index) =>
        treeLeaves(after)[index]!.data.some((each, at) => each !== leaf.data[at]),
      ).length;
    expect(moved(variables.params, trained.params)).toBe(treeLeaves(variables.params).length);
    expect(moved(variables.state, trained.state)).toBe(treeLeaves(variables.state).length);
  });

  it('has the same gradients for its images and weights, compiled and in plain JavaScript', async () => {
    const gradients = async (backend: Backend): Promise<HostTensor[]> => {
      const compiled = backend.compile((({
        weights,
        x,
      }: {
        weights: ModelVariables<Tensor>;
        x: Tensor4D;
      }) => {
        const loss = (at: { params: Tree<Tensor>; x: Tensor4D }): { value: Scalar; aux: [] } => ({
          value: sum<Scalar>(
            mul(model.apply({ ...weights, params: at.params }, at.x, { train: false }).logits, [[1, -2]]),
          ),
          aux: [],
        });
        return valueAndGradient(loss as never, { params: weights.params, x } as never).gradient;
      }) as never) as unknown as (args: object) => Promise<never>;
      const one = new Host(images.data.slice(0, 48 * 64 * 3), [1, 48, 64, 3]);
      const result = await backend.download(await compiled({ weights: variables, x: one }));
      await backend.dispose();
      return treeLeaves(result as Tree<HostTensor>);
    };
    const compiled = await gradients(await createOrtBackend({ threads: 1 }));
    const eager = await gradients(await createTfjsBackend());
    expect(compiled).toHaveLength(treeLeaves(variables.params).length + 1);
    compiled.forEach(({ data }, index) => {
      const expected = Array.from(eager[index]!.data);
      const largest = expected.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
      const worst = expected.reduce((most, each, at) => Math.max(most, Math.abs(each - data[at]!)), 0);
      expect(worst).toBeLessThanOrEqual(1e-3 * largest + 1e-6);
    });
  });
});
