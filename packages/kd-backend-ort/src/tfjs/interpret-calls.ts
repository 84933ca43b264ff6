import type { CpuKernels, HostOperand } from './cpu-kernels.ts';
import type { HostValues, LazyValue } from './lazy-value.ts';
import type { Attributes } from './operand.ts';

/** A value as one kernel call sees it: tfjs lets tensors of several shapes share their elements. */
export interface ShapedValue {
  readonly value: LazyValue;
  readonly shape: readonly number[];
}

/** A kernel call of a recorded program, none of whose tensors is complex. */
export interface RecordedCall {
  readonly kernel: string;
  readonly inputs: ReadonlyMap<string, ShapedValue>;
  readonly attributes: Attributes;
  readonly results: readonly LazyValue[];
}

/**
 * Runs recorded calls one after the other on tfjs's CPU kernels, leaving out those that `wanted` does not need. Gives
 * the elements of `wanted` in order; `known` holds those of what the calls are given.
 */
export function interpretCalls(
  calls: readonly RecordedCall[],
  wanted: readonly LazyValue[],
  known: ReadonlyMap<LazyValue, HostValues>,
  cpuKernels: CpuKernels,
): HostValues[] {
  const values = new Map(known);
  for (const { kernel, inputs, attributes, results } of neededCalls(calls, wanted)) {
    const operands = new Map<string, HostOperand>();
    for (const [name, { value, shape }] of inputs) {
      operands.set(name, { shape, dtype: value.dtype, real: values.get(value)! });
    }
    const computed = [cpuKernels.run(kernel, operands, attributes)].flat();
    results.forEach((result, index) => {
      values.set(result, computed[index]!.real);
    });
  }
  return wanted.map((value) => values.get(value)!);
}

function neededCalls(calls: readonly RecordedCall[], wanted: readonly LazyValue[]): RecordedCall[] {
  const needed = new Set(wanted);
  const kept = calls.toReversed().filter(({ inputs, results }) => {
    if (!results.some((result) => needed.has(result))) return false;
    for (const { value } of inputs.values()) needed.add(value);
    return true;
  });
  return kept.reverse();
}
