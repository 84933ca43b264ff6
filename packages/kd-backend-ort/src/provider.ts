import type { BackendProvider } from 'kd-core';
import { loadNodeRuntime } from './engines/node-runtime.ts';
import { createOrtBackend } from './ort-backend.ts';

/** ONNX Runtime's CPU provider; its library is part of the onnxruntime-node package. */
export const ortCpu: BackendProvider = {
  id: 'ort-cpu',
  priority: 50,
  async probe() {
    try {
      await loadNodeRuntime();
      return { available: true, reason: '' };
    } catch (error) {
      return { available: false, reason: (error as Error).message };
    }
  },
  create: () => createOrtBackend(),
};
