import { type EngineSource, probeByOpening } from '../engine-source.ts';
import type { OrtEngine } from '../ort-engine.ts';
import type { OrtOptions } from '../ort-options.ts';
import { missingWebRuntime, openWasm, type WebRuntime } from '../wasm-engine.ts';
import { processorName, threadCount } from './native-options.ts';

/** The WebAssembly build of ONNX Runtime, in Node: slower than the native one, and the same wherever Node runs. */
export const wasmEngine: EngineSource = {
  probe: () => probeByOpening(() => openWasmEngine({})),
  open: openWasmEngine,
};

async function openWasmEngine(options: OrtOptions): Promise<OrtEngine> {
  return openWasm(await loadWebRuntime(), options, {
    processor: processorName(),
    threads: threadCount(options),
    missing: [],
  });
}

async function loadWebRuntime(): Promise<WebRuntime> {
  try {
    return await import('onnxruntime-web');
  } catch (cause) {
    throw missingWebRuntime(cause);
  }
}
