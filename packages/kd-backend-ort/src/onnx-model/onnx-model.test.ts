import { HostTensor } from 'kd-core';
import { makeOnnx } from 'kd-third-party-models';
import { describe, expect, it } from 'vitest';
import { onnxModel } from './onnx-model.ts';
import type { OnnxModelOptions } from './onnx-model-options.ts';
import { echo, echoed, expectClose, images, oneThread, using } from './testing/use-model.ts';

describe('an ONNX file as a frozen model', () => {
  const two = new HostTensor(Float32Array.of(0, 0.25, 0.5, 0.75, 1, 0.125), [1, 1, 2, 3]);

  it('is fed in its layout, found by its channels', async () => {
    const channelsFirst = [0, 0.75, 0.25, 1, 0.5, 0.125];
    const files: readonly [readonly (number | string)[], OnnxModelOptions, readonly number[]][] = [
      [['n', 3, 1, 2], {}, channelsFirst],
      [['n', 'h', 'w', 3], { inputShape: [1, 2, 3] }, [...two.data]],
      [['n', 1, 'w', 3], { inputShape: [1, 2, 3] }, [...two.data]],
      [['n', 1, 2, 3], { layout: 'NHWC' }, [...two.data]],
      [['n', 'c', 'h', 'w'], { layout: 'NCHW', inputShape: [1, 2, 3] }, channelsFirst],
    ];
    for (const [shape, options, expected] of files) {
      await using(echo('float32', shape), options, async (model) => {
        expect([...(await model.run(two)).logits.data]).toEqual(expected);
      });
    }
  });

  it.each([
    ['float32', 1],
    ['float64', 1],
    ['float16', 1],
    ['uint8', 255],
  ] as const)('is fed in its element type: %s', async (dtype, range) => {
    const given = new HostTensor(Float32Array.of(0, 0.2, 1.5), [1, 1, 1, 3]);
    const expected = dtype === 'uint8' ? [0, 51, 255] : [...given.data].map((value) => value * range);
    const actual = await echoed(echo(dtype, ['n', 3, 1, 1]), {}, given);
    // float16 has eleven bits.
    expectClose(actual, expected, dtype === 'float16' ? 3 : 6);
  });

  it("gets pixels in its own scale, whatever the loader's is", async () => {
    const pixels = [0.2, 0.4, 0.6];
    const mean = [0.485, 0.456, 0.406];
    const standardDeviation = [0.229, 0.224, 0.225];
    const expected = pixels.map((pixel, channel) => (pixel - mean[channel]!) / standardDeviation[channel]!);
    const given = new HostTensor(Float32Array.from(pixels), [1, 1, 1, 3]);
    const file = echo('float32', ['n', 3, 1, 1]);
    const preprocessing = { mean, standardDeviation };
    const plain = await echoed(file, { preprocessing }, given);
    expectClose(plain, expected, 5);

    const images = { mean: 0.5, standardDeviation: [0.25, 0.5, 1] };
    const scaled = pixels.map((pixel, channel) => (pixel - 0.5) / images.standardDeviation[channel]!);
    const loaded = new HostTensor(Float32Array.from(scaled), [1, 1, 1, 3]);
    const again = await echoed(file, { preprocessing, images }, loaded);
    expectClose(again, expected, 5);

    const bytes = await echoed(
      file,
      { preprocessing: { range: 255, mean: [1, 2, 3], channelOrder: 'BGR' } },
      given,
    );
    expectClose(bytes, [153 - 3, 102 - 2, 51 - 1], 4);
  });

  it.each([
    [{ 'Image.NominalPixelRange': 'NominalRange_0_255' }, [0, 51, 255]],
    [{ 'Image.NominalPixelRange': 'Normalized_0_1', 'Image.BitmapPixelFormat': 'Rgb8' }, [0, 0.2, 1]],
    [{ 'Image.NominalPixelRange': 'Normalized_1_1', 'Image.BitmapPixelFormat': 'Bgr8' }, [1, -0.6, -1]],
    [{ 'Image.NominalPixelRange': 'NominalRange_16_235' }, [16, 59.8, 235]],
    [{ author: 'somebody' }, [0, 0.2, 1]],
  ])('reads the scale from its metadata: %j', async (metadata, expected) => {
    const given = new HostTensor(Float32Array.of(0, 0.2, 1), [1, 1, 1, 3]);
    const actual = await echoed(echo('float32', ['n', 3, 1, 1], { metadata: { ...metadata } }), {}, given);
    expectClose(actual, expected, 4);
  });

  it.each([
    ['of one, for files that say so', echo('float32', [1, 3, 2, 2], { batch: 1 }), {}],
    ['of four, for files that say so', echo('float32', [4, 3, 2, 2], { batch: 4 }), {}],
    [
      'of one, for files that work with no other',
      echo('float32', ['n', 3, 2, 2], { batch: 1 }),
      { batchSize: 1 },
    ],
    ['of any size', echo('float32', ['n', 3, 2, 2]), {}],
  ])('takes every number of images, in batches %s', async (_, file, options) => {
    await using(file, options, async (model) => {
      for (const batch of [1, 4, 6]) {
        const given = images(batch, 2, 2, 3);
        const { logits } = await model.run(given);
        expect(logits.shape).toEqual([batch, 12]);
        // From [pixel, channel] to [channel, pixel].
        const expected = Array.from({ length: batch * 12 }, (__, index) => {
          const within = index % 12;
          return given.data[index - within + (within % 4) * 3 + Math.floor(within / 4)]!;
        });
        expect([...logits.data]).toEqual(expected);
      }
    });
  });

  it('says so when it was made for one image at a time', async () => {
    await expect(onnxModel(echo('float32', ['n', 3, 2, 2], { batch: 1 }))).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/for 2 images .* \[1, 24\].*say batchSize: 1/),
    });
    const fixedSize = makeOnnx({
      inputs: [{ name: 'image', dtype: 'float32', shape: ['n', 3, 2, 2] }],
      outputs: [{ name: 'logits', dtype: 'float32' }],
      nodes: [{ op: 'Reshape', inputs: ['image', 'rows'], outputs: ['logits'] }],
      initializers: [{ name: 'rows', dtype: 'int64', shape: [2], int64s: [1, 12] }],
    });
    await expect(onnxModel(fixedSize)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/works for one image, but fails for 2.*Say batchSize: 1/s),
    });
  });

  it('answers overlapping calls as if they were alone, and no more when disposed', async () => {
    const model = await onnxModel(echo('float32', ['n', 3, 1, 1]), { ...oneThread, layout: 'NCHW' });
    const given = [1, 2, 3].map((batch) => images(batch, 1, 1, 3));
    const results = Promise.all(given.map((each) => model.run(each)));
    const disposed = model.dispose();
    expect((await results).map(({ logits }) => logits.data)).toEqual(given.map(({ data }) => data));
    await disposed;
    await model.dispose();
    await expect(model.run(given[0]!)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/disposed/),
    });
  });

  it('refuses images of another shape', async () => {
    await using(echo('float32', ['n', 3, 2, 2]), {}, async (model) => {
      for (const wrong of [
        images(1, 3, 1, 1),
        images(1, 1, 3),
        new HostTensor(new Float32Array(), [0, 1, 1, 3]),
      ]) {
        await expect(model.run(wrong)).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' });
      }
    });
  });

  it('is named by its file, and told apart by its bytes and settings', async () => {
    const prints = new Set<string>();
    const file = echo('float32', ['n', 3, 2, 2]);
    const different: readonly [Uint8Array, OnnxModelOptions][] = [
      [file, {}],
      [file, { preprocessing: { range: 255 } }],
      [echo('float32', ['n', 3, 2, 2], { metadata: { a: 'b' } }), {}],
    ];
    for (const [bytes, options] of different) {
      await using(bytes, options, async (model) => prints.add(model.fingerprint!));
    }
    await using(file, { name: 'other' }, async (model) => {
      expect(model.name).toBe('other');
      prints.add(model.fingerprint!);
    });
    expect(prints.size).toBe(3);
  });
});

describe('maps inside of files that take NHWC', () => {
  it('come back with their channels last, whether they were transposed yet or not', async () => {
    const file = makeOnnx({
      inputs: [{ name: 'image', dtype: 'float32', shape: ['n', 2, 4, 3] }],
      outputs: [{ name: 'logits', dtype: 'float32' }],
      nodes: [
        { op: 'Transpose', inputs: ['image'], outputs: ['first'], attributes: { perm: [0, 3, 1, 2] } },
        { op: 'MaxPool', inputs: ['first'], outputs: ['pooled'], attributes: { kernel_shape: [1, 1] } },
        { op: 'Relu', inputs: ['pooled'], outputs: ['inside'] },
        { op: 'Transpose', inputs: ['inside'], outputs: ['last'], attributes: { perm: [0, 2, 3, 1] } },
        { op: 'Relu', inputs: ['last'], outputs: ['outside'] },
        { op: 'Flatten', inputs: ['outside'], outputs: ['logits'] },
      ],
    });
    const given = images(2, 2, 4, 3);
    await using(file, { taps: { inside: 'inside', outside: 'outside', first: 'first' } }, async (model) => {
      const { taps } = await model.run(given);
      for (const tap of Object.values(taps)) expect(tap).toEqual(given);
      expect(Object.keys(taps)).toEqual(['inside', 'outside', 'first']);
    });
  });
});
