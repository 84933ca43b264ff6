import { readFile } from 'node:fs/promises';
import { type Scalar, sum, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { createTfjsBackend } from 'kd-backend-tfjs';
import {
  ensureGradients,
  HostTensor,
  KdError,
  type ModelVariables,
  prngKey,
  randomNormal,
  valueAndGradient,
} from 'kd-core';
import { type ThirdPartyModelName, thirdPartyModels } from 'kd-third-party-models';
import { beforeAll, describe, expect, it } from 'vitest';
import { transposeData } from '../graph/transpose-data.ts';
import { decodeModel } from '../reader/decode-model.ts';
import { withOutputs } from '../reader/with-outputs.ts';
import { trace } from '../trace/trace.ts';
import {
  type DifferentiableOnnxModel,
  type DifferentiableOnnxOptions,
  differentiableOnnxModel,
} from './differentiable-onnx-model.ts';
import { type FileContents, type FileNode, type FileTensor, onnxFile } from './testing/onnx-file.ts';
import { runInOnnxRuntime, runRecorded } from './testing/onnx-runtime.ts';

interface Arguments {
  readonly variables: ModelVariables<Tensor>;
  readonly images: Tensor4D;
}

const input = { name: 'image', layout: 'NCHW', shape: [6, 6, 3] } as const;

function values(...shape: readonly number[]): FileTensor {
  const size = shape.reduce((product, each) => product * each, 1);
  return { shape, data: Array.from({ length: size }, (_, index) => (((index * 37) % 101) - 50) / 100) };
}

const int64s = (...data: readonly number[]): FileTensor => ({ shape: [data.length], data, dtype: 'int64' });
const number = (value: number): FileTensor => ({ shape: [], data: [value] });
const node = (
  opType: string,
  inputs: string,
  outputs: string,
  attributes: FileNode['attributes'] = {},
): FileNode => ({ opType, inputs: inputs.split(' '), outputs: outputs.split(' '), attributes });

/** Preprocessing, convolution, batch norm, and a reshape whose sizes the graph computes. */
const small: FileContents = {
  opset: 13,
  inputs: { image: ['batch', 3, 6, 6] },
  nodes: [
    node('Sub', 'image means', 'centred'),
    node('Conv', 'centred conv/weight conv/bias', 'convolved', { pads: { ints: [1, 1, 1, 1] } }),
    node('BatchNormalization', 'convolved scale offset mean variance', 'normalized', {
      momentum: { float: 0.75 },
    }),
    node('Relu', 'normalized', 'features'),
    node('Mul', 'features gain', 'scaled'),
    node('AveragePool', 'scaled', 'pooled', { kernel_shape: { ints: [3, 3] }, strides: { ints: [3, 3] } }),
    node('Shape', 'pooled', 'sizes'),
    node('Gather', 'sizes zero', 'batch'),
    node('Unsqueeze', 'batch axes', 'batches'),
    node('Concat', 'batches rest', 'target', { axis: { int: 0 } }),
    node('Reshape', 'pooled target', 'flat'),
    node('Gemm', 'flat conv.weight dense.bias', 'logits', { transB: { int: 1 } }),
  ],
  initializers: {
    means: { shape: [1, 3, 1, 1], data: [0.4, 0.5, 0.6] },
    'conv/weight': values(4, 3, 3, 3),
    'conv/bias': values(4),
    scale: values(4),
    offset: values(4),
    mean: values(4),
    variance: { shape: [4], data: [0.5, 1, 1.5, 2] },
    gain: number(2),
    zero: { shape: [], data: [0], dtype: 'int64' },
    axes: int64s(0),
    rest: int64s(-1),
    'conv.weight': values(5, 16),
    'dense.bias': values(5),
  },
  outputs: ['logits'],
};

function imported(
  contents: FileContents,
  options: Partial<DifferentiableOnnxOptions> = {},
): DifferentiableOnnxModel {
  const model = decodeModel(onnxFile(contents));
  return differentiableOnnxModel({ model, name: 'test', input, logits: contents.outputs[0]!, ...options });
}

function channelsFirst({ data, shape }: HostTensor): HostTensor {
  const order = [0, 3, 1, 2];
  return new HostTensor(
    transposeData(data, shape, order),
    order.map((axis) => shape[axis]!),
  );
}

interface FileOfNetwork {
  readonly network: DifferentiableOnnxModel;
  readonly file: Uint8Array;
  /** The values that are the logits and the taps. */
  readonly tensors: readonly string[];
}

/** Largest difference between the import and the file in ONNX Runtime, relative to the largest number of each result. */
async function difference({ network, file, tensors }: FileOfNetwork, batch: number): Promise<number> {
  const { model, variables } = network;
  const { graph } = decodeModel(file);
  const images = randomNormal(prngKey(batch), [batch, ...model.inputShape]);
  const forward = (args: Arguments): { y: Tensor[] } => {
    const { logits, taps } = model.apply(args.variables, args.images, { train: false });
    return { y: [logits, ...Object.values(taps)] };
  };
  const results = await runRecorded(forward, { variables, images } as never);
  const expected = await runInOnnxRuntime(file, { [graph.inputs[0]!.name]: channelsFirst(images) });
  const names = graph.outputs.map(({ name }) => name);
  return Math.max(
    ...results.map((result, index) => farthest(result, expected[names.indexOf(tensors[index]!)]!)),
  );
}

function farthest(actual: HostTensor, expected: HostTensor): number {
  const isMap = expected.shape.length === 4 && actual.shape.length === 4;
  const wanted = isMap ? transposeData(expected.data, expected.shape, [0, 2, 3, 1]) : expected.data;
  expect(actual.data.length).toBe(wanted.length);
  let largest = 0;
  let worst = 0;
  wanted.forEach((each, index) => {
    largest = Math.max(largest, Math.abs(each));
    worst = Math.max(worst, Math.abs(each - actual.data[index]!));
  });
  return worst / largest;
}

function operatorsOf({ model, variables }: DifferentiableOnnxModel): string[] {
  const images = new HostTensor(new Float32Array(2 * 108), [2, 6, 6, 3]);
  const { graph } = trace(
    (args: Arguments) => ({ y: model.apply(args.variables, args.images, { train: false }).logits }),
    { variables, images } as never,
  );
  return graph.nodes.map(({ opType }) => opType);
}

function refusal(act: () => unknown): KdError {
  try {
    act();
  } catch (error) {
    if (KdError.isInstance(error)) return error;
    throw error;
  }
  throw new Error('Nothing was refused.');
}

describe('differentiableOnnxModel', () => {
  beforeAll(async () => {
    await createTfjsBackend();
    await ensureGradients();
  });

  it('sorts constants into parameters, running statistics and settings', () => {
    const { params, state } = imported(small).variables;
    expect(Object.keys(params)).toEqual([
      'conv.weight',
      'conv.bias',
      'scale',
      'offset',
      'conv.weight_2',
      'dense.bias',
    ]);
    expect(Object.keys(state)).toEqual(['mean', 'variance']);
    expect((params as Record<string, HostTensor>)['conv.weight_2']!.shape).toEqual([5, 16]);
  });

  it('agrees with ONNX Runtime for any batch', async () => {
    const file = withOutputs(onnxFile(small), ['features']);
    const network = imported(small, { taps: { features: { tensor: 'features', layout: 'NCHW' } } });
    const tensors = ['logits', 'features'];
    for (const batch of [1, 3])
      expect(await difference({ network, file, tensors }, batch)).toBeLessThan(1e-5);
  });

  it('keeps maps where they are: one transposition, of the images', () => {
    const operators = operatorsOf(imported(small));
    expect(operators.filter((each) => each === 'Transpose')).toHaveLength(1);
    expect(operators.filter((each) => each === 'Conv')).toHaveLength(1);
  });

  it('says what the network costs', () => {
    const taps = { features: { tensor: 'features', layout: 'NCHW' } } as const;
    const { model } = imported(small, { taps });
    const convolution = 4 * 6 * 6 * 3 * 3 * 3;
    expect(model.summary()).toEqual({
      parameters: 4 * 27 + 4 + 4 + 4 + 5 * 16 + 5,
      frozenParameters: 0,
      stateElements: 8,
      macs: convolution + 5 * 16,
      // The images less their means; convolution, norm, activation and product; pool; logits.
      activationBytes: 4 * (3 * 36 + 4 * 4 * 36 + 4 * 4 + 5),
      taps: { features: [6, 6, 4] },
    });
    expect(model.classes).toBe(5);
    expect(model.inputShape).toEqual([6, 6, 3]);
  });

  it('normalises by the batch in training and updates the running statistics by the momentum of the file', async () => {
    const { model, variables } = imported(small, {
      taps: {
        convolved: { tensor: 'convolved', layout: 'NCHW' },
        normalized: { tensor: 'normalized', layout: 'NCHW' },
      },
    });
    const images = randomNormal(prngKey(1), [4, 6, 6, 3]);
    const [before, after, mean, variance] = (await runRecorded(
      (args: Arguments) => {
        const { taps, state } = model.apply(args.variables, args.images, { train: true });
        const { mean, variance } = state as Record<string, Tensor>;
        return { y: [taps.convolved!, taps.normalized!, mean!, variance!] };
      },
      { variables, images } as never,
    )) as [HostTensor, HostTensor, HostTensor, HostTensor];
    const { params, state } = variables as unknown as Record<'params' | 'state', Record<string, HostTensor>>;
    for (let channel = 0; channel < 4; channel++) {
      const inChannel = (values: HostTensor): number[] =>
        Array.from(values.data).filter((_, index) => index % 4 === channel);
      const drawn = inChannel(before);
      const average = drawn.reduce((a, b) => a + b) / drawn.length;
      const squares = drawn.reduce((total, each) => total + (each - average) ** 2, 0);
      const deviation = Math.sqrt(squares / drawn.length + 1e-5);
      const [scale, offset] = [params.scale!.data[channel]!, params.offset!.data[channel]!];
      inChannel(after).forEach((each, index) => {
        expect(each).toBeCloseTo(((drawn[index]! - average) / deviation) * scale + offset, 4);
      });
      expect(mean.data[channel]).toBeCloseTo(0.75 * state.mean!.data[channel]! + 0.25 * average, 5);
      const unbiased = squares / (drawn.length - 1);
      expect(variance.data[channel]).toBeCloseTo(0.75 * state.variance!.data[channel]! + 0.25 * unbiased, 5);
    }
  });

  it('has gradients with respect to the images', async () => {
    const { model, variables } = imported(small);
    const images = randomNormal(prngKey(2), [2, 6, 6, 3]);
    const [gradient] = await runRecorded(
      (args: Arguments) => {
        const loss = ({ x }: { x: Tensor4D }): { value: Scalar; aux: [] } => ({
          value: sum<Scalar>(model.apply(args.variables, x, { train: false }).logits),
          aux: [],
        });
        return { y: [valueAndGradient(loss, { x: args.images }).gradient.x] };
      },
      { variables, images } as never,
    );
    expect(gradient!.shape).toEqual([2, 6, 6, 3]);
    expect(gradient!.data.some((each) => Math.abs(each) > 1e-3)).toBe(true);
  });

  it('gives each batch norm statistics of its own, where a file states equal ones once', () => {
    const twice = imported({
      ...small,
      nodes: [
        ...small.nodes.slice(0, 3),
        node('BatchNormalization', 'normalized scale offset mean variance', 'again'),
        node('Relu', 'again', 'features'),
        ...small.nodes.slice(4),
      ],
    });
    expect(Object.keys(twice.variables.state)).toEqual(['mean', 'variance', 'mean_2', 'variance_2']);
  });

  it('shares weights between layers, but not constants of one number that a file states once', () => {
    const twice = imported({
      ...small,
      nodes: [
        ...small.nodes.slice(0, 2),
        node('Conv', 'convolved again zeros', 'normalized', { pads: { ints: [1, 1, 1, 1] } }),
        node('Conv', 'normalized again zeros', 'features', { pads: { ints: [1, 1, 1, 1] } }),
        ...small.nodes.slice(4),
      ],
      initializers: {
        ...small.initializers,
        again: values(4, 4, 3, 3),
        zeros: { shape: [4], data: [0, 0, 0, 0] },
      },
    });
    expect(Object.keys(twice.variables.params).filter((name) => /again|zeros/.test(name))).toEqual([
      'again',
      'zeros',
      'zeros_2',
    ]);
  });

  it('takes any batch with a file that was written for one image', async () => {
    const contents: FileContents = {
      opset: 17,
      inputs: { image: [1, 3, 6, 6] },
      nodes: [
        node('Conv', 'image patches', 'maps', { strides: { ints: [3, 3] } }),
        node('Reshape', 'maps sequence', 'channels'),
        node('Transpose', 'channels', 'tokens', { perm: { ints: [0, 2, 1] } }),
        node('Concat', 'token tokens', 'all', { axis: { int: 1 } }),
        node('Add', 'all positions', 'placed'),
        node('LayerNormalization', 'placed scale', 'normalized'),
        node('Gather', 'normalized zero', 'first', { axis: { int: 1 } }),
        node('Reshape', 'first row', 'logits'),
      ],
      initializers: {
        patches: values(4, 3, 3, 3),
        sequence: int64s(1, 4, 4),
        token: values(1, 1, 4),
        positions: values(1, 5, 4),
        scale: values(4),
        zero: { shape: [], data: [0], dtype: 'int64' },
        row: int64s(1, -1),
      },
      outputs: ['logits'],
    };
    const file = onnxFile(contents);
    const network = imported(contents, { input: { ...input, batchSize: 1 } });
    expect(Object.keys(network.variables.params)).toEqual(['patches', 'token', 'positions', 'scale']);
    const tensors = ['logits'];
    expect(await difference({ network, file, tensors }, 1)).toBeLessThan(1e-5);
    const open = onnxFile({
      ...contents,
      inputs: { image: [3, 3, 6, 6] },
      initializers: {
        ...contents.initializers,
        sequence: int64s(3, 4, 4),
        token: { shape: [3, 1, 4], data: [0, 1, 2].flatMap(() => [...values(1, 1, 4).data]) },
        row: int64s(3, -1),
      },
    });
    expect(await difference({ network, file: open, tensors }, 3)).toBeLessThan(1e-5);
  });

  it('maps pixels as the network wants them', async () => {
    const pixels = { source: [2, 1, 0], factor: [2, 3, 4], offset: [-1, 0, 1] };
    const { model, variables } = imported(small, { input: { ...input, pixels } });
    const { model: plain } = imported(small);
    const images = randomNormal(prngKey(3), [2, 6, 6, 3]);
    const mapped = new HostTensor(
      images.data.map((_, index) => {
        const channel = index % 3;
        return (
          images.data[index - channel + (2 - channel)]! * pixels.factor[channel]! + pixels.offset[channel]!
        );
      }) as Float32Array,
      images.shape,
    );
    const logits = async (network: typeof model, given: HostTensor): Promise<HostTensor> => {
      const [result] = await runRecorded(
        (args: Arguments) => ({ y: [network.apply(args.variables, args.images, { train: false }).logits] }),
        { variables, images: given } as never,
      );
      return result!;
    };
    expect(farthest(await logits(model, images), await logits(plain, mapped))).toBeLessThan(1e-5);
  });

  describe('refuses', () => {
    it('operators outside of the set, all at once', () => {
      const contents: FileContents = {
        ...small,
        nodes: [
          node('NonZero', 'image', 'a'),
          node('MaxPool', 'image', 'b', { kernel_shape: { ints: [2, 2] }, dilations: { ints: [2, 2] } }),
          node('Dropout', 'image', 'c', { surprise: { int: 1 } }),
          node('Einsum', 'a b c', 'logits', { equation: { string: '...' } }),
          node('TopK', 'image', 'unused'),
        ],
      };
      const { code, message, details } = refusal(() => imported(contents));
      expect(code).toBe('UNSUPPORTED');
      expect(details.problems).toEqual([
        "NonZero 'a'",
        "MaxPool 'b' with dilations",
        "Dropout 'c' with the attribute surprise",
        "Einsum 'logits'",
      ]);
      expect(message).toContain('Operators that can be read: Abs, Add');
    });

    it('quantised networks, with the way out', () => {
      const nodes = [node('DequantizeLinear', 'image zero', 'logits')];
      expect(refusal(() => imported({ ...small, nodes })).message).toMatch(
        /DequantizeLinear 'logits'\. The network is quantised.*the file it was made from/,
      );
    });

    it.each([6, 99])('operator set %i', (opset) => {
      expect(refusal(() => imported({ ...small, opset })).message).toContain(`operator set ${opset}`);
    });

    it('shapes that depend on the values of images', () => {
      const nodes = [
        node('Cast', 'image', 'whole', { to: { int: 7 } }),
        node('Reshape', 'image whole', 'logits'),
      ];
      expect(refusal(() => imported({ ...small, nodes })).message).toContain("its input 'whole' from values");
    });

    it('operands that do not fit, naming the node', () => {
      const initializers = { ...small.initializers, 'conv.weight': values(5, 17) };
      const { code, message } = refusal(() => imported({ ...small, initializers }));
      expect(code).toBe('SHAPE_MISMATCH');
      expect(message).toContain("Gemm 'logits' cannot be computed of [1, 16] and [5, 17]");
    });

    it('values that are read before they are computed', () => {
      expect(refusal(() => imported({ ...small, nodes: small.nodes.toReversed() })).code).toBe('PARSE');
    });

    it('logits that are no rows of classes', () => {
      expect(refusal(() => imported(small, { logits: 'features' })).message).toContain(
        "'features' is [1, 4, 6, 6]",
      );
    });

    it('names that the graph does not have', () => {
      expect(refusal(() => imported(small, { logits: 'logitz' })).message).toContain("'logits'");
      expect(refusal(() => imported(small, { input: { ...input, name: 'x' } })).message).toContain(
        "must take 'x'",
      );
    });

    it('a file whose batch cannot change', () => {
      const nodes = [
        ...small.nodes.slice(0, -2),
        node('Reshape', 'pooled fixed', 'flat'),
        small.nodes.at(-1)!,
      ];
      const initializers = { ...small.initializers, fixed: int64s(1, 16) };
      expect(refusal(() => imported({ ...small, nodes, initializers })).message).toMatch(
        /batches of any size.*Reshape 'flat'/,
      );
    });

    it('images and variables of another network', () => {
      const { model, variables } = imported(small);
      const record = (params: object, shape: readonly number[]): KdError =>
        refusal(() =>
          trace(
            (args: Arguments) => ({ y: model.apply(args.variables, args.images, { train: false }).logits }),
            {
              variables: { params: params as never, state: variables.state },
              images: new HostTensor(new Float32Array(shape.reduce((a, b) => a * b)), shape),
            },
          ),
        );
      expect(record(variables.params as object, [1, 5, 6, 3]).message).toContain('[batch, 6, 6, 3]');
      const { scale: _, ...others } = variables.params as Record<string, HostTensor>;
      const renamed = { ...others, slope: new HostTensor(new Float32Array(4), [4]) };
      expect(record(renamed, [1, 6, 6, 3]).message).toContain('unknown param slope; missing param scale [4]');
    });
  });

  describe('reads files of others', () => {
    async function read(
      name: ThirdPartyModelName,
      options: Omit<DifferentiableOnnxOptions, 'model' | 'name'>,
    ): Promise<FileOfNetwork> {
      const bytes = await readFile(thirdPartyModels[name].path);
      const tensors = [options.logits, ...Object.values(options.taps ?? {}).map(({ tensor }) => tensor)];
      const network = differentiableOnnxModel({ model: decodeModel(bytes), name, ...options });
      return { network, file: withOutputs(bytes, tensors), tensors };
    }

    /** The first pooled features stand for logits where a file has none; its output is a tap. */
    const reading = (shape: readonly [number, number, number], output: string) =>
      ({
        input: { name: 'x', layout: 'NCHW', shape },
        logits: 'p2o.GlobalAveragePool.1',
        taps: { output: { tensor: output, layout: 'NCHW' } },
      }) as const;

    it.each([
      ['a MobileNetV3 of operator set 9', 'textDirection', reading([48, 192, 3], 'softmax_0.tmp_0')],
      ['a pyramid with upsampling', 'textDetection', reading([64, 96, 3], 'p2o.Add.281')],
      ['attention and computed shapes', 'textRecognition', reading([48, 64, 3], 'softmax_11.tmp_0')],
    ] as const)('%s', async (_, name, options) => {
      const found = await read(name, options);
      for (const batch of [1, 2]) expect(await difference(found, batch)).toBeLessThan(1e-4);
    });

    it('a MobileNetV4 that was written for one image, up to the loop in its end', async () => {
      const options = { input: { name: 'x', layout: 'NCHW', shape: [224, 224, 1], batchSize: 1 } } as const;
      const found = await read('symbols', { ...options, logits: 'mean' });
      expect(await difference(found, 1)).toBeLessThan(1e-4);
      const model = decodeModel(found.file);
      const { details } = refusal(() =>
        differentiableOnnxModel({ model, name: 'symbols', ...options, logits: 'linear' }),
      );
      expect(details.problems).toEqual(["SequenceEmpty 'n4'", "Loop 'n6_2'"]);
    });
  });
});
