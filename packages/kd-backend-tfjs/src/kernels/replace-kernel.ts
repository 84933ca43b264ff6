import { getKernel, type KernelConfig, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core';

/** Puts `by(kernel)` in the place of the kernel `name` of a backend. */
export function replaceKernel(
  name: string,
  backendName: string,
  by: (kernel: KernelConfig) => KernelConfig,
): void {
  const kernel = getKernel(name, backendName);
  unregisterKernel(name, backendName);
  registerKernel(by(kernel));
}
