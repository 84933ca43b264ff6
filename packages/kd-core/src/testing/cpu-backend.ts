import '@tensorflow/tfjs-backend-cpu';
import { findBackend, type Scalar, setBackend, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { ensureGradients } from '../ensure-gradients.ts';
import { valueAndGradient } from '../ops/value-and-gradient.ts';

/** Call in `beforeAll` of tests that compute with tensors. */
export async function startCpuBackend(): Promise<void> {
  await ensureGradients();
  await setBackend('cpu');
  // The first tensor would otherwise print a banner that advertises another backend.
  (findBackend('cpu') as unknown as { firstUse: boolean }).firstUse = false;
}

/** A float32 tensor as plain numbers. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export function toTensor({ shape, data }: Values): Tensor {
  return tensor([...data], [...shape], 'float32');
}

export function toValues(x: Tensor): Values {
  return { shape: x.shape, data: Array.from(x.dataSync()) };
}

/** Value and gradients by tfjs of a scalar function of named tensors. */
export function differentiate<K extends string>(
  fn: (inputs: Record<K, Tensor>) => Scalar,
  inputs: Record<K, Values>,
): { value: number; gradients: Record<K, Values> } {
  const names = Object.keys(inputs) as K[];
  let result: { value: number; gradients: Record<K, Values> } | undefined;
  tidy(() => {
    const params = Object.fromEntries(names.map((name) => [name, toTensor(inputs[name])])) as Record<
      K,
      Tensor
    >;
    const { value, gradient } = valueAndGradient<Record<K, Tensor>, []>(
      (given) => ({ value: fn(given), aux: [] }),
      params,
    );
    result = {
      value: value.dataSync()[0]!,
      gradients: Object.fromEntries(names.map((name) => [name, toValues(gradient[name])])) as Record<
        K,
        Values
      >,
    };
  });
  return result!;
}
