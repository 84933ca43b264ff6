import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { KdError } from 'kd-core';
import type { PyTorchTensorKind } from 'kd-models';
import type { Fields } from '../fixtures/fields.ts';

/** What an adapter computes from: everything of a case, in the layouts of this SDK. */
export interface LossContext {
  /** Of the case. */
  readonly name: string;
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly params: Readonly<Record<string, Tensor>>;
  readonly buffers: Readonly<Record<string, Tensor>>;
  readonly hyper: Fields;
}

export interface LossEvaluation {
  /** Absent when the fixture has no loss to compare. */
  readonly loss?: Scalar;
  readonly outputs?: Readonly<Record<string, Tensor>>;
  /** Buffers after the call. */
  readonly buffers?: Readonly<Record<string, Tensor>>;
}

/** Computes a fixture's loss with the functions of this SDK. Pure: it runs inside a trace. */
export interface LossAdapter {
  /**
   * The kind of a tensor where the default is wrong: inputs and outputs are maps, params are weights, and
   * buffers are taken as they are.
   */
  readonly kinds?: Readonly<Record<string, PyTorchTensorKind>>;
  evaluate(context: LossContext): LossEvaluation;
}

/** The tensors `prefix.0`, `prefix.1`, ... in order. */
export function tensorList(tensors: Readonly<Record<string, Tensor>>, prefix: string): Tensor[] {
  const list: Tensor[] = [];
  for (
    let tensor = tensors[`${prefix}.0`];
    tensor !== undefined;
    tensor = tensors[`${prefix}.${list.length}`]
  ) {
    list.push(tensor);
  }
  return list;
}

/** The tensor `name`, which the case must have. */
export function requiredTensor<T extends Tensor>(tensors: Readonly<Record<string, Tensor>>, name: string): T {
  const tensor = tensors[name];
  if (tensor === undefined) {
    throw new KdError(
      'PARSE',
      `the case has no tensor '${name}', only: ${Object.keys(tensors).join(', ') || 'none'}`,
    );
  }
  return tensor as T;
}
