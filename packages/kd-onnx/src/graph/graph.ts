import type { HostData } from 'kd-core';

/** Element types of graph values. `int64` occurs only in shape arguments and indices, `float16` only inside of a graph. */
export type GraphDataType = 'float32' | 'float16' | 'int32' | 'int64' | 'bool';

/** `Uint16Array` holds the bits of float16 numbers (IEEE 754 binary16). */
export type ConstantData = HostData | BigInt64Array | Uint16Array;

/** One edge of the graph: produced once, read any number of times. */
export interface GraphValue {
  readonly name: string;
  readonly dtype: GraphDataType;
  readonly shape: readonly number[];
  /** Set when the value is known while building. */
  readonly constant?: ConstantData;
}

export type Attribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'ints'; readonly value: readonly number[] };

export interface GraphNode {
  readonly opType: string;
  /** Empty for the standard operators. */
  readonly domain: string;
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A static single-assignment graph: nodes in execution order. */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
  readonly nodes: readonly GraphNode[];
}

export const int = (value: number): Attribute => ({ kind: 'int', value });
export const float = (value: number): Attribute => ({ kind: 'float', value });
export const text = (value: string): Attribute => ({ kind: 'string', value });
export const ints = (value: readonly number[]): Attribute => ({ kind: 'ints', value });
