import { add, type Tensor } from '@tensorflow/tfjs-core';
import { type LossContext, requiredTensor } from './loss-adapter.ts';

/** A batch norm of a fixture by its PyTorch prefix, in the form of `layers.batchNorm`. */
export function batchNormVariables(
  { params, buffers }: LossContext,
  prefix: string,
): { params: Record<string, Tensor>; state: Record<string, Tensor> } {
  return {
    params: {
      scale: requiredTensor(params, `${prefix}.weight`),
      offset: requiredTensor(params, `${prefix}.bias`),
    },
    state: {
      mean: requiredTensor(buffers, `${prefix}.running_mean`),
      variance: requiredTensor(buffers, `${prefix}.running_var`),
    },
  };
}

/** Its buffers after a pass, by the names of the fixture; PyTorch counts the batches, on which nothing here depends. */
export function batchNormBuffers(
  { buffers }: LossContext,
  prefix: string,
  state: unknown,
): Record<string, Tensor> {
  const { mean, variance } = state as { readonly mean: Tensor; readonly variance: Tensor };
  const counter = `${prefix}.num_batches_tracked`;
  return {
    [`${prefix}.running_mean`]: mean,
    [`${prefix}.running_var`]: variance,
    ...(counter in buffers && { [counter]: add(buffers[counter]!, 1) }),
  };
}
