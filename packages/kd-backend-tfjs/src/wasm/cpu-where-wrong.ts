import { getKernel, type KernelConfig, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { replaceKernel } from '../kernels/replace-kernel.ts';
import { cpuFallback } from './cpu-fallback.ts';

type Inputs = Readonly<Record<string, TensorInfo>>;
type Condition = (inputs: Inputs) => boolean;

const always: Condition = () => true;
const isEmpty: Condition = (inputs) =>
  Object.values(inputs).some(({ shape }) => util.sizeFromShape(shape) === 0);
const isNotFloat: Condition = (inputs) => Object.values(inputs).some(({ dtype }) => dtype !== 'float32');

/** Inputs on which tfjs 4.22's WebAssembly kernels give wrong numbers, read beyond a tensor, or trap. */
const wrong: Readonly<Record<string, Condition>> = {
  BatchMatMul: isNotFloat,
  ClipByValue: isNotFloat,
  FloorDiv: isNotFloat,
  // Where windows do not overlap.
  MaxPoolGrad: always,
  Mod: isNotFloat,
  Prelu: ({ x, alpha }) => util.sizeFromShape(alpha!.shape) > util.sizeFromShape(x!.shape),
  Reverse: isNotFloat,
  Select: ({ t }) => t!.dtype !== 'float32',
  StridedSlice: isNotFloat,
  Sum: isEmpty,
  Transpose: isEmpty,
};

/** Has the CPU backend compute what tfjs's WebAssembly backend would compute wrongly. */
export function useCpuWhereWrong(): void {
  for (const [name, condition] of Object.entries(wrong)) {
    const fallback = cpuFallback(getKernel(name, 'cpu'));
    replaceKernel(
      name,
      'wasm',
      (kernel): KernelConfig => ({
        ...kernel,
        kernelFunc: (call) => (condition(call.inputs as Inputs) ? fallback : kernel).kernelFunc(call),
      }),
    );
  }
}
