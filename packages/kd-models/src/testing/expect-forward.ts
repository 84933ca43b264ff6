import type { Backend } from 'kd-core';
import { expect } from 'vitest';
import type { NetworkModel } from '../network/network-model.ts';
import { forwardOf, type ReferenceForward } from './pytorch-fixture.ts';

/** What float32 loses in up to 150 layers, relative to the largest number compared. */
const FORWARD_TOLERANCE = 2e-5;
const GRADIENT_TOLERANCE = 1e-4;

/** Expects that logits, taps and gradients of `model` are those of PyTorch, under the names of its state dict. */
export async function expectForward(
  backend: Backend,
  model: NetworkModel,
  want: ReferenceForward,
): Promise<void> {
  const got = await forwardOf(backend, model, want.input);
  expectClose(got.logits, want.logits, FORWARD_TOLERANCE);
  expect(Object.keys(got.taps)).toEqual(expect.arrayContaining(Object.keys(want.taps)));
  for (const [name, tap] of Object.entries(want.taps)) {
    expect(got.taps[name]!.shape, name).toEqual(tap.shape);
    expectClose([got.taps[name]!.norm], [tap.norm], FORWARD_TOLERANCE);
  }
  expect(Object.keys(got.gradient).toSorted()).toEqual(Object.keys(want.gradient).toSorted());
  for (const [name, norm] of Object.entries(want.gradient)) {
    expectClose([got.gradient[name]!], [norm], GRADIENT_TOLERANCE);
  }
}

function expectClose(got: readonly number[], want: readonly number[], tolerance: number): void {
  const scale = Math.max(...want.map(Math.abs));
  const difference = Math.max(...want.map((value, index) => Math.abs(value - got[index]!)));
  expect(got).toHaveLength(want.length);
  expect(difference / scale).toBeLessThan(tolerance);
}
