import { findBackendFactory } from '@tensorflow/tfjs-core';

/** Makes tfjs's CPU backend known, unless another copy of it is: each of its kernels would warn of the other. */
export async function importCpu(): Promise<void> {
  if (findBackendFactory('cpu') === null) await import('@tensorflow/tfjs-backend-cpu');
}
