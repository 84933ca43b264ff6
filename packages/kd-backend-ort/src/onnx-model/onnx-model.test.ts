import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { HostTensor, type ModelVariables } from 'kd-core';
import { type MadeGraph, type MadeNode, makeOnnx, thirdPartyModels } from 'kd-third-party-models';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOrtBackend } from '../create-ort-backend.ts';
import { openOnnx } from '../open-onnx.ts';
import { describeOnnx } from './describe-onnx.ts';
import { huggingFacePreprocessor } from './hugging-face-preprocessor.ts';
import { onnxModel } from './onnx-model.ts';
import type { OnnxModelOptions } from './onnx-model-options.ts';
import type { OnnxSource } from './onnx-source.ts';

const oneThread = { threads: 1 } as const;

/** Loads, uses and disposes a model. */
async function using<T>(
  source: OnnxSource,
  options: OnnxModelOptions,
  use: (model: Awaited<ReturnType<typeof onnxModel>>) => Promise<T>,
): Promise<T> {
  const model = await onnxModel(source, { ...oneThread, ...options });
  try {
    return await use(model);
  } finally {
    await model.dispose();
  }
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, digits: number): void {
  expect(actual.length).toBe(expected.length);
  for (let index = 0; index < actual.length; index++)
    expect(actual[index]).toBeCloseTo(expected[index]!, digits);
}

/** Equal to a ten-thousandth of the largest value. */
function expectSimilar(actual: HostTensor, expected: HostTensor): void {
  expect(actual.shape).toEqual(expected.shape);
  let scale = 1;
  for (const value of expected.data) scale = Math.max(scale, Math.abs(value));
  for (let index = 0; index < expected.data.length; index++) {
    const difference = Math.abs(actual.data[index]! - expected.data[index]!);
    if (!(difference <= 1e-4 * scale)) expect(actual.data[index]).toBe(expected.data[index]);
  }
}

/** Different numbers in [0, 1). */
function images(...shape: readonly number[]): HostTensor {
  const size = shape.reduce((product, each) => product * each, 1);
  return new HostTensor(
    Float32Array.from({ length: size }, (_, index) => ((index * 37) % 101) / 101),
    shape,
  );
}

/** A network whose logits are its image, pixel by pixel in the order of the file: what goes in can be read off. */
function echo(
  dtype: 'float32' | 'float16' | 'float64' | 'uint8',
  shape: readonly (number | string)[],
  options: { readonly metadata?: Readonly<Record<string, string>>; readonly batch?: number } = {},
): Uint8Array {
  const nodes: MadeNode[] = [
    { op: 'Cast', inputs: ['image'], outputs: ['floats'], attributes: { to: 1 } },
    { op: 'Reshape', inputs: ['floats', 'rows'], outputs: ['logits'] },
  ];
  const graph: MadeGraph = {
    inputs: [{ name: 'image', dtype, shape }],
    outputs: [{ name: 'logits', dtype: 'float32' }],
    nodes,
    initializers: [{ name: 'rows', dtype: 'int64', shape: [2], int64s: [options.batch ?? 0, -1] }],
  };
  return makeOnnx(graph, { metadata: options.metadata ?? {} });
}

async function echoed(source: Uint8Array, options: OnnxModelOptions, input: HostTensor): Promise<number[]> {
  return using(source, { layout: 'NCHW', ...options }, async (model) => [
    ...(await model.run(input)).logits.data,
  ]);
}

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

describe('data in other files', () => {
  const graph: MadeGraph = {
    inputs: [{ name: 'image', dtype: 'float32', shape: ['n', 3, 1, 'w'] }],
    outputs: [{ name: 'logits', dtype: 'float32' }],
    nodes: [
      { op: 'Flatten', inputs: ['image'], outputs: ['flat'] },
      { op: 'MatMul', inputs: ['flat', 'weight'], outputs: ['logits'] },
    ],
    initializers: [
      {
        name: 'weight',
        dtype: 'float32',
        shape: [3, 2],
        external: { location: 'weights.bin', offset: '4', length: '24' },
      },
    ],
  };
  const weights = new Uint8Array(Float32Array.of(99, 1, 2, 3, 4, 5, 6).buffer);
  const given = new HostTensor(Float32Array.of(1, 10, 100), [1, 1, 1, 3]);
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kd-onnx-'));
    await writeFile(join(folder, 'split.onnx'), makeOnnx(graph));
    await writeFile(join(folder, 'weights.bin'), weights);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('are found beside a path', async () => {
    await using(join(folder, 'split.onnx'), { inputShape: [1, 1, 3] }, async (model) => {
      expect(model.name).toBe('split');
      expect([...(await model.run(given)).logits.data]).toEqual([531, 642]);
    });
  });

  it('are taken from what is given', async () => {
    for (const file of [weights, new Blob([weights])]) {
      for (const externalData of [{ 'weights.bin': file }, () => file]) {
        const run = using(
          new Blob([makeOnnx(graph) as Uint8Array<ArrayBuffer>]),
          { externalData, inputShape: [1, 1, 3] },
          (model) => model.run(given),
        );
        expect([...(await run).logits.data]).toEqual([531, 642]);
      }
    }
  });

  it('are asked for where they are missing or too short', async () => {
    const bytes = makeOnnx(graph);
    await expect(onnxModel(bytes, { inputShape: [1, 1, 3] })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/weights\.bin.*externalData/),
    });
    await expect(onnxModel(bytes, { inputShape: [1, 1, 3], externalData: {} })).rejects.toThrow(
      /no file 'weights\.bin'/,
    );
    await expect(
      onnxModel(bytes, { inputShape: [1, 1, 3], externalData: { 'weights.bin': weights.subarray(0, 8) } }),
    ).rejects.toThrow(/bytes 4 to 28 of 'weights\.bin', which has 8/);
  });

  it('are not read from outside of the folder', async () => {
    const [weight] = graph.initializers!;
    const escaping = { ...graph, initializers: [{ ...weight!, external: { location: '../../etc/passwd' } }] };
    await expect(
      onnxModel(makeOnnx(escaping), { inputShape: [1, 1, 3], externalData: () => weights }),
    ).rejects.toMatchObject({
      code: 'PARSE',
    });
  });
});

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

describe('graphs that are no models of images are refused:', () => {
  const image = { name: 'image', dtype: 'float32', shape: ['n', 3, 4, 4] } as const;
  const flatten = { op: 'Flatten', inputs: ['image'], outputs: ['logits'] };
  const logits = { name: 'logits', dtype: 'float32' } as const;
  it.each<[string, MadeGraph, RegExp]>([
    ['no input', { outputs: [logits], nodes: [flatten] }, /takes no input/],
    [
      'two inputs',
      { inputs: [image, { name: 'mask', dtype: 'bool' }], outputs: [logits], nodes: [flatten] },
      /takes 2 inputs: 'image' \(float32 \[n, 3, 4, 4\]\), 'mask' \(bool of unknown rank\)/,
    ],
    [
      'two outputs',
      { inputs: [image], outputs: [logits, { name: 'boxes' }], nodes: [flatten] },
      /has 2 outputs: 'logits' .*, 'boxes' \(type unknown of unknown rank\).*logits:/,
    ],
    [
      'rank 2',
      { inputs: [{ ...image, shape: ['n', 3] }], outputs: [logits], nodes: [flatten] },
      /float32 \[n, 3\]/,
    ],
    ['integers', { inputs: [{ ...image, dtype: 'int64' }], outputs: [logits], nodes: [flatten] }, /int64/],
    [
      'channels that tell no layout',
      { inputs: [{ ...image, shape: ['n', 'a', 'b', 'c'] }], outputs: [logits], nodes: [flatten] },
      /Both layouts fit.*\[n, a, b, c\]/,
    ],
  ])('%s', async (_, graph, message) => {
    await expect(onnxModel(makeOnnx(graph))).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(message),
    });
  });

  it('a path without a file', async () => {
    await expect(onnxModel('/no/such/teacher.onnx')).rejects.toMatchObject({ code: 'STORAGE' });
  });

  it('metadata that the format does not define', async () => {
    const file = echo('float32', ['n', 3, 2, 2], { metadata: { 'Image.NominalPixelRange': 'toString' } });
    await expect(onnxModel(file)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
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

describe('a Hugging Face preprocessor configuration', () => {
  it('says scale and size', () => {
    expect(
      huggingFacePreprocessor({
        do_resize: true,
        size: { height: 224, width: 192 },
        do_normalize: true,
        do_rescale: true,
        rescale_factor: 0.00392156862745098,
        image_mean: [0.5, 0.5, 0.5],
        image_std: [0.25, 0.25, 0.25],
      }),
    ).toEqual({
      range: 1,
      mean: [0.5, 0.5, 0.5],
      standardDeviation: [0.25, 0.25, 0.25],
      inputSize: [224, 192],
    });
  });

  it('may crop, leave the scale, or give sizes that depend on the image', () => {
    const crop = {
      do_center_crop: true,
      crop_size: { height: 224, width: 224 },
      size: { shortest_edge: 256 },
    };
    expect(huggingFacePreprocessor({ ...crop, do_normalize: false })).toEqual({
      range: 1,
      inputSize: [224, 224],
    });
    expect(
      huggingFacePreprocessor({ do_rescale: false, size: { shortest_edge: 256 }, image_mean: 104 }),
    ).toEqual({
      range: 255,
      mean: 104,
      standardDeviation: 1,
    });
    expect(huggingFacePreprocessor({ size: 384, do_normalize: false })).toMatchObject({
      inputSize: [384, 384],
    });
  });

  it('fills in the size that a file leaves open', async () => {
    const preprocessing = huggingFacePreprocessor({
      size: { height: 48, width: 192 },
      image_mean: 0.5,
      image_std: 0.5,
    });
    await using(thirdPartyModels.textDirection.path, { preprocessing }, async (model) => {
      expect(model.inputShape).toEqual([48, 192, 3]);
    });
  });

  it.each([null, [], 'text', { rescale_factor: 0 }, { image_mean: 'half' }, { image_std: [null] }])(
    'is refused when it is none: %j',
    (config) => {
      expect(() => huggingFacePreprocessor(config)).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
      );
    },
  );
});
