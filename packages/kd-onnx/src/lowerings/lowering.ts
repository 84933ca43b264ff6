import type { Tensor } from '@tensorflow/tfjs-core';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { TracedValue } from '../trace/traced-value.ts';

/** What a lowering sees of one kernel call. */
export interface KernelCall {
  readonly builder: GraphBuilder;
  readonly inputs: Readonly<Record<string, TracedValue>>;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Appends the ONNX form of one tfjs kernel to the graph. */
export type Lowering = (call: KernelCall) => TracedValue | readonly TracedValue[];

export type LoweringTable = Readonly<Record<string, Lowering>>;

/** Axes given as a number, a list or nothing (all), negative ones counted from the end, sorted. */
export function normalizeAxes(axis: unknown, rank: number): number[] {
  const axes =
    axis === undefined || axis === null ? Array.from({ length: rank }, (_, i) => i) : [axis].flat();
  return (axes as number[]).map((each) => (each < 0 ? each + rank : each)).sort((a, b) => a - b);
}

/** A value as an argument of tfjs's own shape functions, which read nothing but its shape and dtype. */
export function tensorLike(value: TracedValue): Tensor {
  return { shape: [...value.shape], dtype: value.dtype, rank: value.shape.length } as unknown as Tensor;
}
