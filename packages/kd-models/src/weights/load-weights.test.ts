import {
  encodeSafetensors,
  HostTensor,
  KdError,
  type ModelVariables,
  type Network,
  prngKey,
  treeLeaves,
} from 'kd-core';
import { describe, expect, it, test } from 'vitest';
import { networkModel } from '../network/network-model.ts';
import { exportPyTorchWeights } from '../network/pytorch-state-dict.ts';
import { loadWeights } from './load-weights.ts';
import { encodeNetwork } from './network-file.ts';
import { pthFixture } from './testing/pth-fixture.ts';

const NORM: Readonly<Record<string, string>> = {
  kernel: 'weight',
  scale: 'weight',
  offset: 'bias',
  mean: 'running_mean',
  variance: 'running_var',
};
const dotted = (path: string): string => {
  const [layer, variable] = path.split('/') as [string, string];
  return `${layer}.${NORM[variable] ?? variable}`;
};

/** The network whose state dict is in the fixtures `parallel` and `checkpoint`. */
const network: Network = (layers, images) => {
  const convolved = layers.convolution('conv', images, { channels: 3, kernelSize: 3, bias: true });
  return layers.dense('fc', layers.globalAveragePool(layers.batchNorm('norm', convolved)), 2);
};
const model = networkModel({
  name: 'tiny',
  inputShape: [4, 4, 2],
  classes: 2,
  network,
  pyTorchNames: { other: (path) => `backbone.${dotted(path)}`, plain: dotted },
});
const variables = model.init(prngKey(5));
const blob = (bytes: Uint8Array): Blob => new Blob([bytes as Uint8Array<ArrayBuffer>]);

interface Tiny {
  readonly conv: { readonly kernel: HostTensor; readonly bias: HostTensor };
  readonly fc: { readonly kernel: HostTensor };
}

describe('weights are loaded from', () => {
  it('what encodeNetwork made', async () => {
    const bytes = encodeNetwork({ model, variables });
    expect(await loadWeights({ model, source: blob(bytes) })).toEqual(variables);
  });

  it.each(['other', 'plain'])('safetensors with the names of either convention: %s', async (convention) => {
    const bytes = encodeSafetensors(exportPyTorchWeights({ model, variables, convention }));
    expect(await loadWeights({ model, source: blob(bytes) })).toEqual(variables);
    expect(await loadWeights({ model, source: bytes, convention })).toEqual(variables);
  });

  it('1x1 convolutions that are dense layers here', async () => {
    const stateDict = exportPyTorchWeights({ model, variables });
    const { data, shape } = stateDict['backbone.fc.weight']!;
    const stored = { ...stateDict, 'backbone.fc.weight': new HostTensor(data, [...shape, 1, 1]) };
    expect(await loadWeights({ model, source: encodeSafetensors(stored) })).toEqual(variables);
  });

  it.each(['parallel-zip', 'parallel-legacy', 'checkpoint-zip', 'checkpoint-legacy'])(
    'files of PyTorch, in the layouts of this SDK: %s',
    async (name) => {
      const loaded = await loadWeights({ model, source: blob(pthFixture(name)) });
      const { conv, fc } = loaded.params as unknown as Tiny;
      // The fixture counts in eighths from the first tensor's first element on, before one SGD step of 0.1.
      const before = (index: number): number => Math.fround(Math.fround(index / 8) - Math.fround(0.1));
      expect(conv.kernel.shape).toEqual([3, 3, 2, 3]);
      // Output channel 2, input channel 1, row 0, column 2 of [3, 2, 3, 3].
      expect(conv.kernel.data[((0 * 3 + 2) * 2 + 1) * 3 + 2]).toBeCloseTo(before(2 * 18 + 9 + 2), 5);
      expect(conv.bias.data[0]).toBeCloseTo(before(54), 5);
      expect(fc.kernel.shape).toEqual([3, 2]);
      // 54 + 3 of the convolution and 4 * 3 of the norm come before; output 1, input 2 of [2, 3].
      expect(fc.kernel.data[2 * 2 + 1]).toBeCloseTo(before(69 + 5), 5);
      expect(treeLeaves((loaded as ModelVariables<HostTensor>).state)).toHaveLength(2);
    },
  );

  it('the state dict that is asked for', async () => {
    const source = pthFixture('two-zip');
    await expect(loadWeights({ model, source })).rejects.toThrow(/'teacher', 'ema\/student'/);
    const [teacher, student] = await Promise.all(
      ['teacher', 'ema/student'].map((key) => loadWeights({ model, source, key })),
    );
    expect(teacher).toEqual(student);
  });
});

test('everything that is wrong with a file is said at once', async () => {
  const tensors = exportPyTorchWeights({ model, variables, convention: 'plain' });
  delete tensors['conv.weight'];
  tensors['fc.bias'] = new HostTensor(new Float32Array(3), [3]);
  tensors['norm.bias'] = new HostTensor(new Int32Array(3), [3]);
  tensors['layer4.weight'] = HostTensor.scalar(1);
  tensors['norm.num_batches_tracked'] = HostTensor.scalar(1, 'int32');
  await expect(loadWeights({ model, source: encodeSafetensors(tensors) })).rejects.toThrow(
    expect.objectContaining({
      code: 'SHAPE_MISMATCH',
      message: expect.stringMatching(/names of plain.*tiny/),
      details: {
        problems: [
          'missing conv.weight [3, 2, 3, 3]',
          'norm.bias is int32, expected float32',
          'fc.bias is [3], expected [2]',
          'unknown layer4.weight',
        ],
      },
    }),
  );
});

test('a file for another network says what it was written for', async () => {
  const wider = networkModel({
    ...model,
    classes: 3,
    network: (layers, images) => layers.dense('fc', layers.globalAveragePool(images), 3),
  });
  const source = encodeNetwork({ model: wider, variables: wider.init(prngKey(1)) });
  await expect(loadWeights({ model, source })).rejects.toThrow(
    /written for tiny with 3 classes.*params\/fc\/kernel is \[2, 3\], expected \[3, 2\]/,
  );
});

test.each([
  ['an empty file', '', /it is empty/],
  ['a page', '<!DOCTYPE html><title>404</title>', /a page, perhaps of a download/],
  ['a pointer', 'version https://git-lfs.github.com/spec/v1\noid', /pointer of Git LFS/],
  ['something else', 'GGUF....', /begins with "GGUF/],
])('%s is no weight file', async (_, content, message) => {
  const source = new TextEncoder().encode(content);
  await expect(loadWeights({ model, source })).rejects.toThrow(
    expect.objectContaining({ code: 'PARSE', message: expect.stringMatching(message) }),
  );
});

test('names that no convention knows are shown', async () => {
  const source = encodeSafetensors({ 'encoder.0': HostTensor.scalar(1) });
  await expect(loadWeights({ model, source })).rejects.toThrow(
    /name that tiny knows \(other, plain\): it has 'encoder\.0', not 'backbone\.conv\.weight'/,
  );
  await expect(loadWeights({ model, source, convention: 'toString' })).rejects.toThrow(/It has other, plain/);
  const nameless = networkModel({ ...model, network, pyTorchNames: {} });
  await expect(loadWeights({ model: nameless, source })).rejects.toSatisfy(
    (error) => KdError.isInstance(error) && error.code === 'UNSUPPORTED',
  );
});
