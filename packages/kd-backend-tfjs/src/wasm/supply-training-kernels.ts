import { getKernel, registerKernel } from '@tensorflow/tfjs-core';
import { replaceKernel } from '../kernels/replace-kernel.ts';
import { convolutionFilterGradient } from './convolution-filter-gradient.ts';
import { convolutionInputGradient } from './convolution-input-gradient.ts';
import { cpuFallback } from './cpu-fallback.ts';
import { oneHot } from './one-hot.ts';

const takenFromCpu = [
  'Conv2DBackpropFilter',
  'DepthwiseConv2dNativeBackpropFilter',
  'DepthwiseConv2dNativeBackpropInput',
  'Einsum',
  'UnsortedSegmentSum',
];

let supplied = false;

/**
 * Gives tfjs's WebAssembly backend the kernels that it lacks, once: convolution gradients made of its own
 * convolutions, the rest from the CPU backend.
 */
export async function supplyTrainingKernels(): Promise<void> {
  await import('@tensorflow/tfjs-backend-cpu');
  if (supplied) return;
  supplied = true;
  for (const name of takenFromCpu) {
    if (getKernel(name, 'wasm') === undefined) registerKernel(cpuFallback(getKernel(name, 'cpu')));
  }
  replaceKernel('Conv2DBackpropFilter', 'wasm', convolutionFilterGradient);
  replaceKernel('Conv2DBackpropInput', 'wasm', convolutionInputGradient);
  replaceKernel('OneHot', 'wasm', () => oneHot);
}
