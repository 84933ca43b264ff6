import { readFile } from 'node:fs/promises';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { HostTensor, type ModelVariables } from 'kd-core';
import { thirdPartyModels } from 'kd-third-party-models';
import { describe, expect, it } from 'vitest';
import { createOrtBackend } from '../create-ort-backend.ts';
import { openOnnx } from '../open-onnx.ts';
import { describeOnnx } from './describe-onnx.ts';
import { onnxModel } from './onnx-model.ts';
import type { OnnxModelOptions } from './onnx-model-options.ts';
import { expectClose, expectSimilar, images, oneThread, using } from './testing/use-model.ts';

describe('files of others', () => {
  const { symbols, textDirection, textDetection, textRecognition } = thirdPartyModels;

  it('with a fixed batch of one give what ONNX Runtime gives for each image', async () => {
    const given = images(3, 224, 224, 1);
    const session = await openOnnx(new Uint8Array(await readFile(symbols.path)), oneThread);
    const area = 224 * 224;
    await using(symbols.path, { taps: { features: 'view_1', map: 'relu_28' } }, async (model) => {
      expect(model).toMatchObject({
        inputShape: [224, 224, 1],
        classes: 411,
        taps: { features: [1280], map: [7, 7, 336] },
      });
      const { logits, taps } = await model.run(given);
      expect(taps.map!.shape).toEqual([3, 7, 7, 336]);
      for (let image = 0; image < 3; image++) {
        const one = given.data.slice(image * area, (image + 1) * area) as Float32Array;
        const { linear } = await session.run({ x: new HostTensor(one, [1, 1, 224, 224]) });
        expect(linear!.data).toEqual(logits.data.slice(image * 411, (image + 1) * 411));
      }
    });
    await session.release();
  });

  it('that end in a softmax give what it is applied to', async () => {
    const given = images(2, 48, 192, 3);
    const channelsFirst = new Float32Array(given.data.length);
    const area = 48 * 192;
    given.data.forEach((value, index) => {
      const pixel = Math.floor(index / 3);
      const image = Math.floor(pixel / area);
      channelsFirst[(image * 3 + (index % 3)) * area + (pixel % area)] = value;
    });
    const session = await openOnnx(new Uint8Array(await readFile(textDirection.path)), oneThread);
    const { 'softmax_0.tmp_0': probabilities } = await session.run({
      x: new HostTensor(channelsFirst, [2, 3, 48, 192]),
    });
    await using(textDirection.path, { inputShape: [48, 192, 3], classes: 2 }, async (model) => {
      const { logits } = await model.run(given);
      for (let image = 0; image < 2; image++) {
        const [a, b] = logits.data.subarray(2 * image, 2 * image + 2);
        expect(1 / (1 + Math.exp(b! - a!))).toBeCloseTo(probabilities!.data[2 * image]!, 5);
      }
    });
    await session.release();
  });

  it('run on WebAssembly too', async () => {
    const given = images(2, 48, 192, 3);
    const options = { inputShape: [48, 192, 3], taps: { pool: 'p2o.MaxPool.1' } } as const;
    const native = await using(textDirection.path, options, (model) => model.run(given));
    const web = await using(textDirection.path, { ...options, engine: 'ort-wasm' }, (model) =>
      model.run(given),
    );
    expect(web.taps.pool!.shape).toEqual([2, 1, 48, 200]);
    for (const [a, b] of [
      [native.logits, web.logits],
      [native.taps.pool!, web.taps.pool!],
    ] as const) {
      expectClose(a.data, b.data, 3);
    }
  });

  it('are described before they are run', async () => {
    const description = await describeOnnx(symbols.path);
    expect(description.inputs).toEqual([{ name: 'x', dtype: 'float32', shape: [1, 1, 224, 224] }]);
    expect(description.taps).toContainEqual({ tensor: 'relu_28', operator: 'Relu', shape: [1, 336, 7, 7] });
  });

  it.each<[string, string, OnnxModelOptions, RegExp]>([
    ['an open size', textDirection.path, {}, /takes any size.*inputShape/],
    ['another size', symbols.path, { inputShape: [32, 32, 1] }, /\[1, 1, 224, 224\], which is NCHW/],
    ['another number of channels', symbols.path, { inputShape: [224, 224, 3] }, /but 'x' is float32/],
    ['another batch', symbols.path, { batchSize: 4 }, /takes 1 at a time/],
    [
      'a map instead of logits',
      textDetection.path,
      { inputShape: [64, 64, 3] },
      /\[batch, classes\].*gives float32 \[2, 1, 64, 64\]/,
    ],
    [
      'a sequence instead of logits',
      textRecognition.path,
      { inputShape: [48, 96, 3] },
      /gives float32 \[2, 12, 6625\]/,
    ],
    ['other classes', symbols.path, { classes: 10 }, /has 411 classes, but 10 are expected/],
    ['an unknown tap', symbols.path, { taps: { stage: 'relu28' } }, /Like 'relu28' are: 'relu_28'/],
    ['unknown logits', symbols.path, { logits: 'Linear' }, /no value 'Linear'.*'linear'/],
    [
      'an unknown input',
      symbols.path,
      { input: 'image' },
      /no input 'image'; it has 'x' \(float32 \[1, 1, 224, 224\]\)/,
    ],
    ['probabilities', textDirection.path, { logits: 'softmax_0.tmp_0' }, /logits: 'p2o\.Add\.87'/],
    ['a tap of integers', symbols.path, { taps: { indices: 'indices_19' } }, /one floating-point map.*int64/],
    ['an unknown scale', symbols.path, { images: { mean: 0.5 } }, /nothing says what the network takes/],
    [
      'a deviation of 0',
      symbols.path,
      { preprocessing: { standardDeviation: 0 } },
      /standardDeviation must be above 0/,
    ],
    [
      'means for other channels',
      symbols.path,
      { preprocessing: { mean: [0, 0, 0] } },
      /one for each of 1 channels/,
    ],
  ])('that do not fit are refused with what was found: %s', async (_, path, options, message) => {
    await expect(onnxModel(path, { ...oneThread, ...options })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(message),
    });
  });
});

describe('the differentiable form', () => {
  it.each([
    // What comes after is a loop over shapes, which is not read back.
    ['symbols', { taps: { map: 'relu_28' } }, [2, 224, 224, 1], 'mean'],
    [
      'textDirection',
      { inputShape: [48, 192, 3], taps: { pool: 'p2o.MaxPool.1' } },
      [3, 48, 192, 3],
      'p2o.Add.87',
    ],
  ] as const)('gives what the frozen one gives: %s', async (name, options, shape, value) => {
    const settings = {
      ...options,
      logits: value,
      images: { mean: 0.5, standardDeviation: 0.5 },
      preprocessing: { mean: 0.25, standardDeviation: 0.75, channelOrder: 'BGR' },
    } as const;
    const given = images(...shape);
    const { path } = thirdPartyModels[name];
    const frozen = await using(path, settings, (model) => model.run(given));
    const { model, variables } = await onnxModel(path, { ...settings, differentiable: true });
    const backend = await createOrtBackend(oneThread);
    const forward = backend.compile(({ x, weights }: { x: Tensor4D; weights: ModelVariables<Tensor> }) => {
      const { logits, taps } = model.apply(weights, x, { train: false });
      return { logits, taps };
    });
    const results = await backend.download(await forward({ x: given, weights: { ...variables } }));
    await backend.dispose();
    expectSimilar(results.logits, frozen.logits);
    for (const [tap, expected] of Object.entries(frozen.taps)) {
      expectSimilar(results.taps[tap]!, expected);
    }
  });

  it('is refused for the same reasons', async () => {
    const { path } = thirdPartyModels.textDirection;
    for (const options of [{ classes: 10 }, { taps: { stage: 'relu28' } }, { layout: 'NHWC' }] as const) {
      const refused = onnxModel(path, { inputShape: [48, 192, 3], ...options, differentiable: true });
      await expect(refused).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
  });
});
