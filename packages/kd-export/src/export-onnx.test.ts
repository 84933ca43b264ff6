import { openOnnx } from 'kd-backend-ort';
import { createTfjsBackend } from 'kd-backend-tfjs';
import { type HostTensor, prngKey, randomNormal, randomUniform, treeMap } from 'kd-core';
import { resnet } from 'kd-models';
import { describe, expect, it } from 'vitest';
import { type ExportOnnxOptions, exportOnnx, imagesInLayout, verifyOnnx } from './index.ts';

const model = resnet({ depth: 8, widthFactor: 0.25, classes: 5, inputShape: [8, 8, 2] });

/** Running statistics as after training: an untouched mean of 0 and variance of 1 would hide mistakes. */
function trainedVariables(): ExportOnnxOptions['variables'] {
  const { params, state } = model.init(prngKey(1));
  let draws = 0;
  const jitter = (leaf: HostTensor, path: string): HostTensor =>
    path.includes('ariance')
      ? randomUniform(prngKey(100 + draws++), leaf.shape, { min: 0.3, max: 2 })
      : randomNormal(prngKey(100 + draws++), leaf.shape, { standardDeviation: 0.3 });
  return { params: treeMap(params, jitter), state: treeMap(state, jitter) };
}

async function sourceLogits(
  variables: ExportOnnxOptions['variables'],
  images: HostTensor,
): Promise<HostTensor> {
  const backend = await createTfjsBackend();
  const forward = backend.compile((args: never) => {
    const { variables: weights, images: batch } = args as { variables: never; images: never };
    return { logits: model.apply(weights, batch, { train: false }).logits };
  });
  const { logits } = (await backend.download((await forward({ variables, images } as never)) as never)) as {
    logits: HostTensor;
  };
  return logits;
}

describe('exportOnnx', () => {
  const variables = trainedVariables();
  const images = randomNormal(prngKey(7), [5, 8, 8, 2]);

  it.each([
    { foldBatchNorm: true, inputLayout: 'NCHW' },
    { foldBatchNorm: false, inputLayout: 'NCHW' },
    { foldBatchNorm: true, inputLayout: 'NHWC' },
  ] as const)('gives the logits of the source network: %o', async (options) => {
    const bytes = exportOnnx({ model, variables, ...options });
    expect(new TextDecoder('latin1').decode(bytes).includes('BatchNormalization')).toBe(
      !options.foldBatchNorm,
    );
    const session = await openOnnx(bytes);
    const result = await verifyOnnx({
      session,
      images,
      expectedLogits: await sourceLogits(variables, images),
      inputLayout: options.inputLayout,
      tolerance: 1e-5,
    });
    expect(result).toMatchObject({ passed: true, agreement: 1, count: 5 });
    await session.release();
  });

  it('takes any batch size', async () => {
    const session = await openOnnx(exportOnnx({ model, variables }));
    expect(session.inputs).toEqual([{ name: 'input', dtype: 'float32', shape: ['batch', 2, 8, 8] }]);
    expect(session.outputs).toEqual([{ name: 'logits', dtype: 'float32', shape: ['batch', 5] }]);
    for (const count of [1, 4, 17]) {
      const batch = imagesInLayout(randomNormal(prngKey(count), [count, 8, 8, 2]), 'NCHW');
      expect((await session.run({ input: batch })).logits!.shape).toEqual([count, 5]);
    }
    await session.release();
  });

  it('gives requested taps under their names and a fixed batch where asked', async () => {
    const session = await openOnnx(exportOnnx({ model, variables, taps: ['stage2'], batchSize: 3 }));
    expect(session.inputs[0]!.shape).toEqual([3, 2, 8, 8]);
    expect(session.outputs.map((output) => output.name)).toEqual(['logits', 'stage2']);
    await session.release();
  });

  it('refuses an unknown tap and an impossible batch size', () => {
    expect(() => exportOnnx({ model, variables, taps: ['stage9'] })).toThrow(
      /no tap 'stage9'; it has: .*stage1/,
    );
    expect(() => exportOnnx({ model, variables, batchSize: 0 })).toThrow(
      /batchSize must be a positive whole number/,
    );
  });

  it('verification fails for another network', async () => {
    const session = await openOnnx(exportOnnx({ model, variables }));
    const expectedLogits = await sourceLogits(model.init(prngKey(2)), images);
    expect(await verifyOnnx({ session, images, expectedLogits })).toMatchObject({ passed: false });
    await session.release();
  });
});
