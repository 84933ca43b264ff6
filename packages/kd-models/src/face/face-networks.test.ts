import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { createTfjsBackend } from 'kd-backend-tfjs';
import { type Backend, type HostTensor, type ModelVariables, prngKey, randomNormal } from 'kd-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { NetworkModel } from '../network/network-model.ts';
import { exportPyTorchWeights, importPyTorchWeights } from '../network/pytorch-state-dict.ts';
import { iresnet } from './iresnet.ts';
import { mobileFaceNet } from './mobile-face-net.ts';
import { pocketNet } from './pocket-net.ts';

let backend: Backend;
beforeAll(async () => {
  backend = await createTfjsBackend();
});

const small = { embeddingSize: 5, inputShape: [16, 16, 3] } as const;
const widths = [2, 2, 3, 4, 5] as const;
type Build = (classes?: { readonly classes: number }) => NetworkModel;
const networks: readonly (readonly [family: string, build: Build])[] = [
  ['iresnet', (classes) => iresnet({ ...small, ...classes, layers: [1, 2, 1, 1], widths })],
  ['mobileFaceNet', (classes) => mobileFaceNet({ ...small, ...classes, blocks: [1, 1, 1, 1] })],
  ['pocketNet', (classes) => pocketNet({ ...small, ...classes, cells: 3, channels: 2 })],
];

interface Output<Leaf> {
  readonly logits: Leaf;
  readonly taps: Readonly<Record<string, Leaf>>;
}

async function forward(model: NetworkModel, train: boolean): Promise<Output<HostTensor>> {
  const compiled = backend.compile(
    (args: { variables: ModelVariables<Tensor>; images: Tensor4D }): Output<Tensor> => {
      const { logits, taps } = model.apply(args.variables, args.images, { train });
      return { logits, taps };
    },
  );
  const images = randomNormal(prngKey(2), [3, ...model.inputShape]);
  return backend.download(await compiled({ variables: model.init(prngKey(1)), images }));
}

const rows = ({ data, shape }: HostTensor): number[][] =>
  Array.from({ length: shape[0]! }, (_, row) => [...data.slice(row * shape[1]!, (row + 1) * shape[1]!)]);

describe.each(networks)('%s', (_family, build) => {
  test('ends in its embedding, of which a tap has the direction', async () => {
    const { logits, taps } = await forward(build(), true);
    expect(logits.data).toEqual(taps.embedding!.data);
    const embeddings = rows(logits);
    for (const [index, direction] of rows(taps['embedding.normalized']!).entries()) {
      const length = Math.hypot(...embeddings[index]!);
      direction.forEach((each, feature) => {
        expect(each * length).toBeCloseTo(embeddings[index]![feature]!, 4);
      });
    }
  });

  test('with classes ends in cosines', async () => {
    const { logits } = await forward(build({ classes: 40 }), true);
    expect(logits.shape).toEqual([3, 40]);
    expect(logits.data.every((cosine) => Math.abs(cosine) <= 1 + 1e-6)).toBe(true);
    // Random directions in five dimensions are not all nearly orthogonal.
    expect(logits.data.some((cosine) => Math.abs(cosine) > 0.5)).toBe(true);
  });

  test('comes back unchanged from a state dict', () => {
    const model = build({ classes: 4 });
    const variables = model.init(prngKey(3));
    const tensors = exportPyTorchWeights({ model, variables });
    expect(Object.keys(tensors)).toHaveLength(model.variables.length);
    expect(importPyTorchWeights({ model, tensors })).toEqual(variables);
  });
});

test('state dicts have the names and shapes of the references', () => {
  const shapesOf = (build: Build): Record<string, readonly number[]> => {
    const model = build();
    const tensors = exportPyTorchWeights({ model, variables: model.init(prngKey(3)) });
    return Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]));
  };
  const [[, thinIresnet], , [, thinPocketNet]] = networks as [
    (typeof networks)[0],
    unknown,
    (typeof networks)[0],
  ];
  expect(shapesOf(thinIresnet)).toMatchObject({
    'conv1.weight': [2, 3, 3, 3],
    'prelu.weight': [2],
    'layer2.0.bn1.weight': [2],
    'layer2.0.downsample.0.weight': [3, 2, 1, 1],
    'layer2.1.prelu.weight': [3],
    'layer4.0.bn3.running_var': [5],
    'bn2.bias': [5],
    'fc.weight': [5, 5],
    'fc.bias': [5],
    'features.weight': [5],
  });
  expect(shapesOf(thinPocketNet)).toMatchObject({
    'stem.0.weight': [8, 3, 3, 3],
    'cells.0.preproc0.net.1.weight': [8, 1, 1, 1],
    'cells.0.dag.1.1.net.1.weight': [2, 1, 5, 5],
    'cells.1.dag.3.0.bn.running_mean': [4],
    'cells.2.preproc0.conv11.weight': [8, 1, 1, 1],
    'cells.2.preproc0.conv22.weight': [4, 8, 1, 1],
    'cells.2.preproc0.relu.weight': [8],
    'tail.1.weight': [512, 32, 1, 1],
    'tail.4.weight': [512, 1, 2, 2],
    'tail.6.weight': [5, 512, 1, 1],
    'tail.7.running_var': [5],
  });
});
