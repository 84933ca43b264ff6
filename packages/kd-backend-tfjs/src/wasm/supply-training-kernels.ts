import { getKernel, type KernelConfig, registerKernel } from '@tensorflow/tfjs-core';
import { replaceKernel } from '../kernels/replace-kernel.ts';
import { importCpu } from '../runtimes/import-cpu.ts';
import { convolutionFilterGradient } from './convolution-filter-gradient.ts';
import { convolutionInputGradient } from './convolution-input-gradient.ts';
import { cpuFallback } from './cpu-fallback.ts';
import { useCpuWhereWrong } from './cpu-where-wrong.ts';
import { oneHot } from './one-hot.ts';
import { spellOutPadding } from './spell-out-padding.ts';

const takenFromCpu = [
  'DepthwiseConv2dNativeBackpropFilter',
  'DepthwiseConv2dNativeBackpropInput',
  'Einsum',
  'UnsortedSegmentSum',
];

let supplied = false;

/**
 * Gives tfjs's WebAssembly backend the kernels that it lacks or computes wrongly, once: convolution gradients made of
 * its own convolutions, the rest from the CPU backend.
 */
export async function supplyTrainingKernels(): Promise<void> {
  await importCpu();
  if (supplied) return;
  supplied = true;
  for (const name of takenFromCpu) {
    if (getKernel(name, 'wasm') === undefined) registerKernel(fromCpu(name));
  }
  registerKernel(convolutionFilterGradient(fromCpu('Conv2DBackpropFilter')));
  replaceKernel('Conv2DBackpropInput', 'wasm', ({ kernelName }) =>
    convolutionInputGradient(fromCpu(kernelName)),
  );
  replaceKernel('Conv2D', 'wasm', spellOutPadding);
  replaceKernel('DepthwiseConv2dNative', 'wasm', spellOutPadding);
  replaceKernel('OneHot', 'wasm', () => oneHot);
  useCpuWhereWrong();
}

function fromCpu(name: string): KernelConfig {
  return cpuFallback(getKernel(name, 'cpu'));
}
