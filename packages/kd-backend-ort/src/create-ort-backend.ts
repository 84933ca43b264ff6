import type { Backend } from 'kd-core';
import { openEngine } from './engines/open-engine.ts';
import type { OrtOptions } from './engines/ort-options.ts';
import { OrtBackend } from './ort-backend.ts';

/**
 * A compiled backend on ONNX Runtime. `compile` records the function as one graph per signature; state fed from an
 * earlier result stays where the engine computes. Throws `BACKEND_UNAVAILABLE` when the engine cannot run here.
 */
export async function createOrtBackend(options: OrtOptions = {}): Promise<Backend> {
  const backend = new OrtBackend(await openEngine(options));
  await backend.init();
  return backend;
}
