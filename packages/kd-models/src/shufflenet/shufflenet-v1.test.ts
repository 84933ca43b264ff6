import { readFileSync } from 'node:fs';
import { type Scalar, square, sum, type Tensor, type Tensor4D, tensor } from '@tensorflow/tfjs-core';
import { createTfjsBackend } from 'kd-backend-tfjs';
import {
  HostTensor,
  type ModelVariables,
  prngKey,
  sizeOf,
  type Tree,
  treeMap,
  valueAndGradient,
  visitTree,
} from 'kd-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { NetworkModel } from '../network/network-model.ts';
import { exportPyTorchWeights, importPyTorchWeights } from '../network/pytorch-state-dict.ts';
import type { PerStage } from './shufflenet-options.ts';
import { shuffleNetV1 } from './shufflenet-v1.ts';

interface Checksum {
  readonly shape: readonly number[];
  readonly sum: number;
  readonly abs_sum: number;
  readonly l2: number;
  readonly first8: readonly number[];
}

interface FixtureCase {
  readonly widths: PerStage;
  readonly blocks: PerStage;
  readonly groups: number;
  readonly classes: number;
  readonly parameters: number;
  readonly evaluation: {
    readonly logits: readonly (readonly number[])[];
    readonly taps: Readonly<Record<string, Checksum>>;
  };
  readonly training: {
    readonly logits: readonly (readonly number[])[];
    readonly gradient_l2: Readonly<Record<string, number>>;
  };
}

/** Computed by `fixtures/shufflenet_v1.py` in PyTorch, in float64. */
const { cases } = JSON.parse(
  readFileSync(new URL('../../fixtures/shufflenet-v1.json', import.meta.url), 'utf8'),
) as { cases: readonly FixtureCase[] };

/** The fixture's numbers: sin(0.7 i + the sum of the name's character codes). */
function waves(name: string, shape: readonly number[]): Float64Array {
  const phase = [...name].reduce((sum, character) => sum + character.charCodeAt(0), 0);
  return Float64Array.from({ length: sizeOf(shape) }, (_, index) => Math.sin(0.7 * index + phase));
}

function fixtureVariables(model: NetworkModel): ModelVariables<HostTensor> {
  const tensors = exportPyTorchWeights({ model, variables: model.init(prngKey(1)) });
  const filled = Object.entries(tensors).map(([name, { shape }]) => {
    const positive = name.endsWith('running_var') || name.endsWith('weight');
    const data = waves(name, shape).map((wave) => {
      if (shape.length > 1) return wave / Math.sqrt(sizeOf(shape.slice(1)));
      return positive ? 1 + 0.5 * wave : 0.3 * wave;
    });
    return [name, new HostTensor(Float32Array.from(data), shape)] as const;
  });
  return importPyTorchWeights({ model, tensors: Object.fromEntries(filled) });
}

/** Two images, from the fixture's NCHW to NHWC. */
function fixtureImages(): Tensor4D {
  const data = waves('images', [2, 3, 32, 32]);
  const nhwc = Float32Array.from({ length: data.length }, (_, index) => {
    const channel = index % 3;
    const pixel = Math.floor(index / 3) % 1024;
    const image = Math.floor(index / 3072);
    return data[image * 3072 + channel * 1024 + pixel]!;
  });
  return tensor(nhwc, [2, 32, 32, 3]);
}

describe.each(cases)('$groups groups, units $blocks, as PyTorch computes', (fixture) => {
  beforeAll(async () => {
    await createTfjsBackend();
  });
  const { widths, blocks, groups, classes, parameters, evaluation, training } = fixture;
  const model = shuffleNetV1({ widths, blocks, groups, classes });
  const toTensor = (leaf: HostTensor): Tensor => tensor(leaf.data, [...leaf.shape]);
  const variables = (): ModelVariables<Tensor> => {
    const { params, state } = fixtureVariables(model);
    return { params: treeMap(params, toTensor), state: treeMap(state, toTensor) };
  };

  test('logits and taps', () => {
    expect(model.summary().parameters).toBe(parameters);
    const { logits, taps } = model.apply(variables(), fixtureImages(), { train: false });
    expectNear(Array.from(logits.dataSync()), evaluation.logits.flat(), 1e-4);
    expect(Object.keys(taps)).toEqual(expect.arrayContaining(Object.keys(evaluation.taps)));
    for (const [name, want] of Object.entries(evaluation.taps)) {
      const values = Array.from(taps[name]!.dataSync());
      const absolute = values.reduce((sum, value) => sum + Math.abs(value), 0);
      expect(Math.abs(absolute / want.abs_sum - 1), name).toBeLessThan(1e-5);
      expect(Math.abs(values.reduce((sum, value) => sum + value, 0) - want.sum), name).toBeLessThan(
        1e-5 * want.abs_sum,
      );
      if (want.shape.length === 4) {
        // The first pixels of the first row, in the first channel.
        const channels = want.shape[1]!;
        const width = want.shape[3]!;
        const row = want.first8.slice(0, width);
        expectNear(
          row.map((_, column) => values[column * channels]!),
          row,
          1e-4,
        );
      }
    }
  });

  test('logits and gradients in training', () => {
    const { params, state } = variables();
    const { gradient, aux } = valueAndGradient((params: Tree<Tensor>) => {
      const { logits } = model.apply({ params, state }, fixtureImages(), { train: true });
      return { value: sum<Scalar>(square(logits)), aux: { logits } };
    }, params);
    expectNear(Array.from(aux.logits.dataSync()), training.logits.flat(), 1e-3);
    const nameOf = Object.values(model.pyTorchNames)[0]!;
    const overall = Math.max(...Object.values(training.gradient_l2));
    let compared = 0;
    visitTree<Tensor>(gradient, (leaf, path) => {
      const l2 = Math.sqrt(Array.from(leaf.dataSync()).reduce((total, value) => total + value * value, 0));
      const want = training.gradient_l2[nameOf(path)]!;
      expect(Math.abs(l2 - want), path).toBeLessThan(1e-3 * want + 1e-4 * overall);
      compared += 1;
    });
    expect(compared).toBe(Object.keys(training.gradient_l2).length);
  });
});

function expectNear(got: readonly number[], want: readonly number[], absolute: number): void {
  expect(got).toHaveLength(want.length);
  got.forEach((value, index) => {
    expect(Math.abs(value - want[index]!)).toBeLessThanOrEqual(absolute);
  });
}
