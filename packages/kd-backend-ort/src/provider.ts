import type { BackendProvider } from 'kd-core';
import { createOrtBackend } from './create-ort-backend.ts';
import { probeByOpening } from './engines/engine-source.ts';
import { engineSource, openEngine } from './engines/open-engine.ts';
import type { OrtEngineId, OrtOptions } from './engines/ort-options.ts';

/** Between the engines: GPUs first where they compute in graphs, natively compiled code before WebAssembly. */
const priorities: Readonly<Record<OrtEngineId, number>> = {
  'ort-cuda': 90,
  'ort-cpu': 50,
  'ort-webgpu': 40,
  'ort-wasm': 30,
};

/** The provider of one engine, with options for the backends that it creates. */
export function ortProvider(id: OrtEngineId, options: Omit<OrtOptions, 'engine'> = {}): BackendProvider {
  return {
    id,
    priority: priorities[id],
    // Whether there is float16 shows only when the engine is opened.
    probe: () =>
      options.precision === 'float16'
        ? probeByOpening(() => openEngine({ ...options, engine: id }))
        : engineSource(id).probe(),
    create: () => createOrtBackend({ ...options, engine: id }),
  };
}

/** ONNX Runtime on the processor, natively: for Node. */
export const ortCpu: BackendProvider = ortProvider('ort-cpu');
/** ONNX Runtime on an NVIDIA GPU: for Node on Linux, with the CUDA add-on of onnxruntime-node. */
export const ortCuda: BackendProvider = ortProvider('ort-cuda');
/** ONNX Runtime on a GPU through WebGPU: for Node, and for browsers with onnxruntime-web. */
export const ortWebgpu: BackendProvider = ortProvider('ort-webgpu');
/** ONNX Runtime as WebAssembly: for browsers and Node, with onnxruntime-web. */
export const ortWasm: BackendProvider = ortProvider('ort-wasm');
