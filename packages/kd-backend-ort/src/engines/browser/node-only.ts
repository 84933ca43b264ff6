import { type EngineSource, unavailable } from '../engine-source.ts';
import type { OrtEngineId } from '../ort-options.ts';

/** Stands in a browser for an engine of onnxruntime-node. */
export function nodeOnly(id: OrtEngineId): EngineSource {
  const reason =
    'it is a library of the operating system, which only Node can load; browsers have ort-webgpu and ort-wasm.';
  return {
    probe: async () => ({ available: false, reason }),
    open: async () => {
      throw unavailable(id, reason);
    },
  };
}
