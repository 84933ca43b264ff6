import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { createOrtBackend, onnxModel, openOnnx } from 'kd-backend-ort';
import {
  type Backend,
  HostTensor,
  type Model,
  type ModelVariables,
  prngKey,
  randomNormal,
  randomUniform,
  treeMap,
} from 'kd-core';
import { mobileNetV2, pocketNet, resnet, shuffleNetV1, shuffleNetV2 } from 'kd-models';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportOnnx } from './export-onnx.ts';
import { verifyOnnx } from './verify-onnx.ts';

const small = { classes: 5, inputShape: [32, 32, 3] } as const;
const models: readonly Model[] = [
  resnet({ depth: 8, widthFactor: 0.25, ...small }),
  mobileNetV2({ widthMultiplier: 0.25, ...small }),
  shuffleNetV1({ groups: 3, ...small }),
  shuffleNetV2({ ...small }),
  pocketNet({ cells: 3, channels: 8, embeddingSize: 16, inputShape: [112, 112, 3] }),
];

/** As after training: what multiplies by 1 or adds 0 would not be in the file. */
function trained(model: Model): ModelVariables<HostTensor> {
  const { params, state } = model.init(prngKey(1));
  let draws = 0;
  const moved = (leaf: HostTensor): HostTensor => {
    const noise = randomUniform(prngKey(100 + draws++), leaf.shape, { min: -0.1, max: 0.1 });
    return new HostTensor(
      Float32Array.from(leaf.data, (each, index) => each + noise.data[index]!),
      leaf.shape,
    );
  };
  return { params: treeMap(params, moved), state: treeMap(state, moved) };
}

describe('a file of ours that is read back', () => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await createOrtBackend({ threads: 1 });
  });
  afterAll(() => backend.dispose());

  async function logitsOf(
    model: Model,
    variables: ModelVariables<HostTensor>,
    images: HostTensor,
  ): Promise<HostTensor> {
    const forward = backend.compile(({ weights, x }: { weights: ModelVariables<Tensor>; x: Tensor4D }) => ({
      logits: model.apply(weights, x, { train: false }).logits,
    }));
    const { logits } = await backend.download(
      await forward({ weights: { ...variables }, x: images } as never),
    );
    return logits as HostTensor;
  }

  it.each(models.map((model) => [model.name, model] as const))('%s is the same network', async (_, model) => {
    const variables = trained(model);
    const bytes = exportOnnx({ model, variables, foldBatchNorm: false });
    const back = await onnxModel(bytes, { differentiable: true });
    const { parameters, frozenParameters, stateElements, macs } = model.summary();
    const summary = back.model.summary();
    expect(summary.parameters).toBe(parameters + frozenParameters);
    expect(summary.stateElements).toBe(stateElements);
    expect(summary.macs).toBe(macs);
    expect(back.model.classes).toBe(model.classes);

    const images = randomNormal(prngKey(7), [3, ...model.inputShape]);
    const expected = await logitsOf(model, variables, images);
    const found = await logitsOf(back.model, back.variables, images);
    const largest = Array.from(expected.data).reduce((most, each) => Math.max(most, Math.abs(each)), 0);
    found.data.forEach((each, index) => {
      expect(Math.abs(each - expected.data[index]!)).toBeLessThanOrEqual(1e-4 * largest);
    });

    // And once more: what was read can be written.
    const session = await openOnnx(exportOnnx({ model: back.model, variables: back.variables }));
    const verified = await verifyOnnx({
      session,
      images,
      expectedLogits: expected,
      tolerance: 1e-4 * largest,
    });
    expect(verified).toMatchObject({ passed: true });
    await session.release();
  });
});
