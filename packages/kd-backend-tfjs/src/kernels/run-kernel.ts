import {
  getKernel,
  type KernelBackend,
  type NamedTensorInfoMap,
  type TensorInfo,
} from '@tensorflow/tfjs-core';

/** A backend of tfjs with the name under which its kernels are registered. */
export interface KernelHost {
  readonly name: string;
  readonly backend: KernelBackend;
}

/** Runs a kernel that has one output, from within another. */
export function runKernel(
  { name, backend }: KernelHost,
  kernelName: string,
  inputs: NamedTensorInfoMap,
  attrs: Readonly<Record<string, unknown>>,
): TensorInfo {
  return getKernel(kernelName, name).kernelFunc({
    inputs,
    // tfjs types attributes by what fits in JSON, and then passes them as they are.
    attrs: attrs as never,
    backend,
  }) as TensorInfo;
}

/** Gives intermediate results of a kernel back. */
export function release({ backend }: KernelHost, ...tensors: readonly TensorInfo[]): void {
  for (const { dataId } of tensors) backend.disposeData(dataId);
}
