import { readFileSync } from 'node:fs';
import { div, type Scalar, square, sum, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import {
  type Backend,
  HostTensor,
  type ModelOutput,
  type ModelVariables,
  prngKey,
  sizeOf,
  type Tree,
  valueAndGradient,
  visitTree,
} from 'kd-core';
import type { NetworkModel } from '../network/network-model.ts';
import { fromPyTorchLayout, pyTorchShape } from '../network/pytorch-layout.ts';
import { exportPyTorchWeights, importPyTorchWeights } from '../network/pytorch-state-dict.ts';

/** What a network at full size costs in PyTorch. */
export interface ReferenceCost {
  readonly classes: number;
  /** Of the square images. */
  readonly side: number;
  readonly parameters: number;
  readonly stateElements: number;
  readonly macs: number;
  /** [channels, height, width] or [features] by tap. */
  readonly taps: Readonly<Record<string, readonly number[]>>;
}

/** What a thin network computes in PyTorch in evaluation mode, in float64. */
export interface ReferenceForward {
  /** [batch, channels, height, width] */
  readonly input: readonly [number, number, number, number];
  /** Image by image. */
  readonly logits: readonly number[];
  readonly taps: Readonly<Record<string, { readonly shape: readonly number[]; readonly norm: number }>>;
  /** Norms of the gradient of half the sum of squared logits, by name in the state dict. */
  readonly gradient: Readonly<Record<string, number>>;
}

export interface Reference {
  readonly costs: Readonly<Record<string, ReferenceCost>>;
  readonly forward: Readonly<Record<string, ReferenceForward>>;
}

/** `fixtures/resnet-mobilenet.json`, made by the script beside it. */
export function readReference(): Reference {
  const url = new URL('../../fixtures/resnet-mobilenet.json', import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8')) as Reference;
}

/** The cost of a model in the terms of the reference, which lists no blocks and no map behind the stages. */
export function costOf(model: NetworkModel): ReferenceCost {
  const { parameters, stateElements, macs, taps } = model.summary();
  const channelsFirst = ([height, width, channels]: readonly number[]): readonly number[] =>
    width === undefined ? [height!] : [channels!, height!, width];
  return {
    classes: model.classes,
    side: model.inputShape[0],
    parameters,
    stateElements,
    macs,
    taps: Object.fromEntries(
      Object.entries(taps)
        .filter(([name]) => !name.startsWith('block') && name !== 'head')
        .map(([name, shape]) => [name, channelsFirst(shape)]),
    ),
  };
}

/** The same as the reference, computed on `backend` with the same weights. */
export async function forwardOf(
  backend: Backend,
  model: NetworkModel,
  input: ReferenceForward['input'],
): Promise<ReferenceForward> {
  const compiled = backend.compile(({ variables, images }: ForwardArguments<Tensor>) => {
    const apply = (params: Tree<Tensor>): ModelOutput =>
      model.apply({ params, state: variables.state }, images as Tensor4D, { train: false });
    const { gradient } = valueAndGradient(
      (params: Tree<Tensor>) => ({ value: div<Scalar>(sum(square(apply(params).logits)), 2), aux: {} }),
      variables.params,
    );
    const { logits, taps } = apply(variables.params);
    return { logits, taps, gradient };
  });
  const variables = importPyTorchWeights({ model, tensors: stateDictOf(model) });
  const images = fromPyTorchLayout(numbers('input', input), 'map');
  const { logits, taps, gradient } = await backend.download(await compiled({ variables, images }));
  await compiled.dispose();
  const [nameOf] = Object.values(model.pyTorchNames);
  const norms: Record<string, number> = {};
  visitTree<HostTensor>(gradient, (leaf, path) => {
    norms[nameOf!(path)] = norm(leaf);
  });
  return {
    input,
    logits: Array.from(logits.data),
    taps: Object.fromEntries(
      Object.entries(taps).map(([name, tap]) => [
        name,
        { shape: pyTorchShape(tap.shape, 'map'), norm: norm(tap) },
      ]),
    ),
    gradient: norms,
  };
}

interface ForwardArguments<Leaf> {
  readonly variables: ModelVariables<Leaf>;
  readonly images: Leaf;
}

function stateDictOf(model: NetworkModel): Record<string, HostTensor> {
  const { params, state } = model.init(prngKey(0));
  const drawn = exportPyTorchWeights({ model, variables: { params, state } });
  return Object.fromEntries(Object.entries(drawn).map(([name, { shape }]) => [name, weights(name, shape)]));
}

function weights(name: string, shape: readonly number[]): HostTensor {
  const fanIn = sizeOf(shape.slice(1));
  return numbers(name, shape, (value) => {
    if (name.endsWith('running_var')) return 1 + 0.3 * value;
    if (name.endsWith('running_mean') || name.endsWith('bias')) return 0.1 * value;
    return shape.length === 1 ? 1 + 0.2 * value : value * Math.sqrt(6 / fanIn);
  });
}

/** Uniform on [-1, 1) by the linear congruential generator of the script, then `transform`. */
function numbers(
  name: string,
  shape: readonly number[],
  transform: (value: number) => number = (value) => value,
): HostTensor {
  let state = new TextEncoder()
    .encode(name)
    .reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193) >>> 0, 0x811c9dc5);
  const data = Float32Array.from({ length: sizeOf(shape) }, () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    return transform(state / 2 ** 31 - 1);
  });
  return new HostTensor(data, shape);
}

function norm({ data }: HostTensor): number {
  return Math.sqrt(Array.from(data).reduce((total, value) => total + value * value, 0));
}
