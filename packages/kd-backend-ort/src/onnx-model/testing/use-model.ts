import { type FrozenModel, HostTensor } from 'kd-core';
import { type MadeGraph, type MadeNode, makeOnnx } from 'kd-third-party-models';
import { expect } from 'vitest';
import { onnxModel } from '../onnx-model.ts';
import type { OnnxModelOptions } from '../onnx-model-options.ts';
import type { OnnxSource } from '../onnx-source.ts';

export const oneThread: { readonly threads: 1 } = { threads: 1 };

/** Loads, uses and disposes a model. */
export async function using<T>(
  source: OnnxSource,
  options: OnnxModelOptions,
  use: (model: FrozenModel) => Promise<T>,
): Promise<T> {
  const model = await onnxModel(source, { ...oneThread, ...options });
  try {
    return await use(model);
  } finally {
    await model.dispose();
  }
}

export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, digits: number): void {
  expect(actual.length).toBe(expected.length);
  for (let index = 0; index < actual.length; index++)
    expect(actual[index]).toBeCloseTo(expected[index]!, digits);
}

/** Equal to a ten-thousandth of the largest value. */
export function expectSimilar(actual: HostTensor, expected: HostTensor): void {
  expect(actual.shape).toEqual(expected.shape);
  let scale = 1;
  for (const value of expected.data) scale = Math.max(scale, Math.abs(value));
  for (let index = 0; index < expected.data.length; index++) {
    const difference = Math.abs(actual.data[index]! - expected.data[index]!);
    if (!(difference <= 1e-4 * scale)) expect(actual.data[index]).toBe(expected.data[index]);
  }
}

/** Different numbers in [0, 1). */
export function images(...shape: readonly number[]): HostTensor {
  const size = shape.reduce((product, each) => product * each, 1);
  return new HostTensor(
    Float32Array.from({ length: size }, (_, index) => ((index * 37) % 101) / 101),
    shape,
  );
}

/** A network whose logits are its image, pixel by pixel in the order of the file: what goes in can be read off. */
export function echo(
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

export async function echoed(
  source: Uint8Array,
  options: OnnxModelOptions,
  input: HostTensor,
): Promise<number[]> {
  return using(source, { layout: 'NCHW', ...options }, async (model) => [
    ...(await model.run(input)).logits.data,
  ]);
}
