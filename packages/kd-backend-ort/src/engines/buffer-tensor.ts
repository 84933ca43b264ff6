import type { Tensor } from 'onnxruntime-common';
import type { OrtRuntime } from './runtime-engine.ts';

/** A tensor in the device buffer of another, with a shape and an end of its own; nothing happens at its end by default. */
export function inBufferOf(
  runtime: OrtRuntime,
  tensor: Tensor,
  { dims = tensor.dims, dispose }: { readonly dims?: readonly number[]; readonly dispose?: () => void } = {},
): Tensor {
  return runtime.Tensor.fromGpuBuffer(tensor.gpuBuffer, {
    dataType: tensor.type as Tensor.GpuBufferDataTypes,
    dims,
    ...(dispose !== undefined && { dispose }),
  });
}
