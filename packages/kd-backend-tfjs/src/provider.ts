import type { BackendProvider } from 'kd-core';
import { createTfjsBackend, tfjsCpuId } from './tfjs-backend.ts';

/** Present wherever tfjs is, and slower than anything else: the last choice of `pickBackend`. */
export const tfjsCpu: BackendProvider = {
  id: tfjsCpuId,
  priority: 0,
  probe: async () => ({ available: true, reason: 'tfjs runs in every JavaScript engine' }),
  create: createTfjsBackend,
};
