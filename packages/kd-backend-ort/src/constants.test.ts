import { mul, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import {
  type Backend,
  foldIn,
  HostTensor,
  type HostTree,
  type InputLeaf,
  type ModelVariables,
  prngKey,
  randomNormal,
  randomUniform,
  treeMap,
} from 'kd-core';
import { type NetworkModel, resnet, vgg, wideResnet } from 'kd-models';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOrtBackend } from './index.ts';

let backend: Backend;
beforeAll(async () => {
  backend = await createOrtBackend({ threads: 1 });
});
afterAll(() => backend.dispose());

const floats = (...values: number[]): HostTensor =>
  new HostTensor(Float32Array.of(...values), [values.length]);
const product = ({ x, weights }: { x: Tensor; weights: { a: Tensor } }): { y: Tensor } => ({
  y: mul(x, weights.a),
});

describe('a constant argument', () => {
  it('is compiled in once for each tensor, not for each value', async () => {
    const fn = backend.compile(product, { constants: ['weights'] });
    const results: number[] = [];
    const call = async (x: number, a: InputLeaf): Promise<void> => {
      const { y } = await fn({ x: floats(x), weights: { a } });
      results.push((await backend.download(y)).data[0]!);
    };
    const [host, other] = [floats(3), floats(5)];
    await call(1, host);
    await call(2, host);
    expect(fn.compilations).toBe(1);
    await call(1, other);
    await call(1, await backend.upload(floats(7)));
    expect(fn.compilations).toBe(3);
    await call(4, host);
    await call(2, 11);
    await call(3, 11);
    expect(fn.compilations).toBe(4);
    expect(results).toEqual([3, 6, 5, 7, 12, 22, 33]);
  });
});

/** Variables whose batch norms are not the identity. */
function trainedLike(model: NetworkModel): ModelVariables<HostTensor> {
  const { params, state } = model.init(prngKey(1));
  let count = 0;
  const draw = (leaf: HostTensor): HostTensor =>
    leaf.shape.length === 1
      ? randomUniform(foldIn(prngKey(2), count++), leaf.shape, { min: 0.3, max: 0.8 })
      : leaf;
  return { params: treeMap(params as HostTree, draw), state: treeMap(state as HostTree, draw) };
}

describe.each([
  resnet({ depth: 14, classes: 10, inputShape: [16, 16, 3] }),
  wideResnet({ depth: 16, widenFactor: 2, classes: 10, inputShape: [16, 16, 3] }),
  vgg({ widths: [[16], [32, 32], [64], [128, 128], [128]], classes: 10, inputShape: [16, 16, 3] }),
])('a frozen network: $name', (model) => {
  it('gives the logits and taps that it gives with its weights as arguments', async () => {
    const variables = trainedLike(model);
    const images = randomNormal(prngKey(3), [16, 16, 16, 3]);
    const forward = (args: {
      variables: ModelVariables<Tensor>;
      images: Tensor4D;
    }): Readonly<Record<string, Tensor>> => {
      const { logits, taps } = model.apply(args.variables, args.images, { train: false });
      return { logits, ...taps };
    };
    const run = async (constants: readonly string[]): Promise<Record<string, HostTensor>> => {
      const fn = backend.compile(forward, { constants });
      const result = await fn({ variables, images } as never);
      return (await backend.download(result as never)) as Record<string, HostTensor>;
    };
    const [expected, got] = [await run([]), await run(['variables'])];
    for (const [name, want] of Object.entries(expected)) {
      const values = Array.from(got[name]!.data);
      const differences = Array.from(want.data, (value, index) => value - values[index]!);
      expect(largest(differences) / largest(Array.from(want.data)), name).toBeLessThan(1e-5);
    }
  });
});

function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
