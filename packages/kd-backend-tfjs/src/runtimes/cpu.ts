import { findBackend } from '@tensorflow/tfjs-core';
import { importCpu } from './import-cpu.ts';
import { keepScatteredInput } from './keep-scattered-input.ts';
import type { TfjsRuntime } from './tfjs-runtime.ts';

/** Plain JavaScript: slow, complete, and the reference by which other backends are judged. */
export const cpuRuntime: TfjsRuntime = {
  id: 'tfjs-cpu',
  tfjsName: 'cpu',
  priority: 0,
  async register() {
    await importCpu();
    keepScatteredInput();
    // The first upload would otherwise print a banner that advertises another backend.
    (findBackend('cpu') as unknown as { firstUse: boolean }).firstUse = false;
  },
  describe: async () => ({
    vendor: 'tfjs',
    name: 'plain JavaScript',
    threads: 1,
    precision: 'float32',
    missing: [],
  }),
};
