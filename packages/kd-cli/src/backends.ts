import { ortProvider } from 'kd-backend-ort';
import { tfjsCpu, tfjsCuda, tfjsNode, tfjsWasm, tfjsWebgpu } from 'kd-backend-tfjs';
import type { BackendProvider } from 'kd-core';

/** The backends that this version knows, in any order; each knows its own rank. `threads` is for those on ONNX Runtime. */
export function backendProviders({ threads }: { readonly threads?: number }): readonly BackendProvider[] {
  const options = threads === undefined ? {} : { threads };
  return [
    ...(['ort-cpu', 'ort-cuda', 'ort-webgpu', 'ort-wasm'] as const).map((id) => ortProvider(id, options)),
    tfjsCuda,
    tfjsNode,
    tfjsWebgpu,
    tfjsWasm,
    tfjsCpu,
  ];
}
