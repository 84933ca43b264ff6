import type { BackendProvider } from 'kd-core';
import { createOrtBackend } from './ort-backend.ts';
import { loadRuntime } from './runtime.ts';

/** ONNX Runtime's CPU provider; its library is part of the onnxruntime-node package. */
export const ortCpu: BackendProvider = {
  id: 'ort-cpu',
  priority: 50,
  async probe() {
    try {
      await loadRuntime();
      return { available: true, reason: '' };
    } catch (error) {
      return { available: false, reason: (error as Error).message };
    }
  },
  create: () => createOrtBackend(),
};
