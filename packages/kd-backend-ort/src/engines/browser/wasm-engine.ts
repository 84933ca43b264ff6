import { type EngineSource, probeByOpening } from '../engine-source.ts';
import type { OrtEngine } from '../ort-engine.ts';
import type { OrtOptions } from '../ort-options.ts';
import { requireThreads } from '../require-threads.ts';
import { missingWebRuntime, openWasm, type WebRuntime } from '../wasm-engine.ts';

const NOT_ISOLATED =
  'one thread: pages have more only when they are cross-origin isolated, that is served with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp';

export const wasmEngine: EngineSource = {
  probe: () => probeByOpening(() => openWasmEngine({})),
  open: openWasmEngine,
};

async function openWasmEngine(options: OrtOptions): Promise<OrtEngine> {
  const wanted = requireThreads(options.threads ?? navigator.hardwareConcurrency);
  const { crossOriginIsolated: isolated } = globalThis as { readonly crossOriginIsolated?: boolean };
  return openWasm(await loadWebRuntime(), options, {
    processor: 'WebAssembly',
    threads: isolated === true ? wanted : 1,
    missing: isolated === true || wanted === 1 ? [] : [NOT_ISOLATED],
  });
}

async function loadWebRuntime(): Promise<WebRuntime> {
  try {
    return await import('onnxruntime-web/wasm');
  } catch (cause) {
    throw missingWebRuntime(cause);
  }
}
