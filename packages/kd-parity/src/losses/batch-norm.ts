import { add, type Tensor } from '@tensorflow/tfjs-core';
import { requiredTensor } from './loss-adapter.ts';

type Named<T> = Readonly<Record<string, T>>;

export interface NormStatistics {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/** The trained variables of PyTorch's batch norm `module`, by our names. */
export function normParams(
  params: Named<Tensor>,
  module: string,
): { readonly scale: Tensor; readonly offset: Tensor } {
  return {
    scale: requiredTensor(params, `${module}.weight`),
    offset: requiredTensor(params, `${module}.bias`),
  };
}

/** The running statistics of PyTorch's batch norm `module`, by our names. */
export function normState(buffers: Named<Tensor>, module: string): { mean: Tensor; variance: Tensor } {
  return {
    mean: requiredTensor(buffers, `${module}.running_mean`),
    variance: requiredTensor(buffers, `${module}.running_var`),
  };
}

/** What PyTorch's batch norm `module` holds after a pass, by its names. */
export function normBuffers(
  buffers: Named<Tensor>,
  module: string,
  { mean, variance }: NormStatistics,
): Record<string, Tensor> {
  const counter = `${module}.num_batches_tracked`;
  return {
    [`${module}.running_mean`]: mean,
    [`${module}.running_var`]: variance,
    // PyTorch counts the batches; here nothing depends on their number.
    ...(counter in buffers && { [counter]: add(buffers[counter]!, 1) }),
  };
}
