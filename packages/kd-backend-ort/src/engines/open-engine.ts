import { KdError, requireArgument } from 'kd-core';
import { defaultEngine, engines } from '#engines';
import type { EngineSource } from './engine-source.ts';
import { inHalfPrecision } from './half-precision.ts';
import type { OrtEngine } from './ort-engine.ts';
import type { OrtEngineId, OrtOptions } from './ort-options.ts';

/** How this platform, Node or a browser, obtains the engine `id`. Throws `BACKEND_UNAVAILABLE` for an unknown id. */
export function engineSource(id: OrtEngineId): EngineSource {
  const source = Object.hasOwn(engines, id) ? engines[id] : undefined;
  if (source === undefined) {
    throw new KdError(
      'BACKEND_UNAVAILABLE',
      `There is no engine '${id}'; known: ${Object.keys(engines).join(', ')}.`,
    );
  }
  return source;
}

/** Loads ONNX Runtime and opens the engine that the options name. Throws `BACKEND_UNAVAILABLE` with what is missing. */
export async function openEngine(options: OrtOptions = {}): Promise<OrtEngine> {
  const { engine: id = defaultEngine, precision = 'float32' } = options;
  requireArgument(
    precision === 'float32' || precision === 'float16',
    () => `precision must be 'float32' or 'float16', got '${precision}'.`,
  );
  const engine = await engineSource(id).open(options);
  return precision === 'float16' ? inHalfPrecision(engine) : engine;
}
