import {
  findBackend,
  type KernelBackend,
  type KernelConfig,
  type NamedTensorInfoMap,
  type TensorInfo,
  type TypedArray,
} from '@tensorflow/tfjs-core';

/** The part of tfjs's `MathBackendCPU` that kernels use. */
interface CpuBackend extends KernelBackend {
  makeTensorInfo(shape: number[], dtype: string, values: unknown): TensorInfo;
  readSync(dataId: object): TypedArray;
}

/** A CPU kernel for the WebAssembly backend: copies the inputs out of its memory and the outputs into it. */
export function cpuFallback(kernel: KernelConfig): KernelConfig {
  return {
    kernelName: kernel.kernelName,
    backendName: 'wasm',
    kernelFunc: (call) => {
      const wasm = call.backend as KernelBackend;
      const cpu = findBackend('cpu') as CpuBackend;
      const copies: TensorInfo[] = [];
      const toCpu = ({ shape, dtype, dataId }: TensorInfo): TensorInfo => {
        const copy = cpu.makeTensorInfo(shape, dtype, wasm.readSync(dataId));
        copies.push(copy);
        return copy;
      };
      const toWasm = (info: TensorInfo): TensorInfo => {
        const { shape, dtype, dataId } = info;
        const result = { shape, dtype, dataId: wasm.write(cpu.readSync(dataId), shape, dtype) };
        copies.push(info);
        return result;
      };
      try {
        const outputs = kernel.kernelFunc({ ...call, inputs: mapInputs(call.inputs, toCpu), backend: cpu });
        return Array.isArray(outputs) ? outputs.map(toWasm) : toWasm(outputs);
      } finally {
        for (const { dataId } of copies) cpu.disposeData(dataId);
      }
    },
  };
}

/** Kernels of any number of inputs have a list of them. */
function mapInputs(
  inputs: NamedTensorInfoMap,
  convert: (info: TensorInfo) => TensorInfo,
): NamedTensorInfoMap {
  if (Array.isArray(inputs)) return inputs.map(convert) as unknown as NamedTensorInfoMap;
  return Object.fromEntries(
    Object.entries(inputs).map(([name, info]) => [name, info === undefined ? undefined : convert(info)]),
  ) as NamedTensorInfoMap;
}
