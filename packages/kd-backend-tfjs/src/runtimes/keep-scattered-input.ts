import type { KernelBackend, KernelConfig, TensorInfo, TypedArray } from '@tensorflow/tfjs-core';
import { getKernel } from '@tensorflow/tfjs-core';
import { replaceKernel } from '../kernels/replace-kernel.ts';

/** The part of tfjs's `MathBackendCPU` that the kernel uses. */
interface CpuBackend extends KernelBackend {
  makeTensorInfo(shape: number[], dtype: string, values: TypedArray): TensorInfo;
  readSync(dataId: object): TypedArray;
}

const NAME = 'TensorScatterUpdate';
const ours = new WeakSet<KernelConfig['kernelFunc']>();

/** tfjs 4.22's CPU kernel writes into the tensor that it updates, which others still read. It is given a copy. */
export function keepScatteredInput(): void {
  if (ours.has(getKernel(NAME, 'cpu').kernelFunc)) return;
  replaceKernel(NAME, 'cpu', (kernel) => {
    const kernelFunc: KernelConfig['kernelFunc'] = (call) => {
      const cpu = call.backend as CpuBackend;
      const { shape, dtype, dataId } = call.inputs.tensor!;
      const copy = cpu.makeTensorInfo(shape, dtype, cpu.readSync(dataId).slice());
      try {
        return kernel.kernelFunc({ ...call, inputs: { ...call.inputs, tensor: copy } });
      } finally {
        cpu.disposeData(copy.dataId);
      }
    };
    ours.add(kernelFunc);
    return { ...kernel, kernelFunc };
  });
}
