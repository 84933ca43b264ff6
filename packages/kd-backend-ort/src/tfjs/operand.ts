import type { LazyValue, ValueType } from './lazy-value.ts';

/** An input or a result of a kernel. */
export interface Operand {
  /** That of the tensor: the values may have another shape of as many elements. */
  readonly shape: readonly number[];
  readonly real: LazyValue;
  /** Set for complex64 tensors alone; `real` is float32 then. */
  readonly imaginary?: LazyValue | undefined;
}

export type Operands = ReadonlyMap<string, Operand>;
export type Attributes = Readonly<Record<string, unknown>>;
export type KernelResult = Operand | Operand[];

/** The dtype that tfjs knows the tensor by. */
export function dtypeOf({ real, imaginary }: Operand): ValueType | 'complex64' {
  return imaginary === undefined ? real.dtype : 'complex64';
}

/** Inputs of a kernel by name. */
export function operandsOf(inputs: Readonly<Record<string, Operand>>): Operands {
  return new Map(Object.entries(inputs));
}
