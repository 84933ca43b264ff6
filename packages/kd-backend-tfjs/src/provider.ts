import type { BackendProvider } from 'kd-core';
import { runtimes } from './runtimes/index.ts';
import { openRuntime } from './runtimes/open-runtime.ts';
import type { TfjsBackendId } from './runtimes/tfjs-runtime.ts';
import { createTfjsBackend } from './tfjs-backend.ts';

/** TensorFlow on an NVIDIA GPU: Node with `@tensorflow/tfjs-node-gpu`. */
export const tfjsCuda: BackendProvider = provider('tfjs-cuda');
/** tfjs on a GPU: browsers and Node with `@tensorflow/tfjs-backend-webgpu`; Node needs `webgpu` as well. */
export const tfjsWebgpu: BackendProvider = provider('tfjs-webgpu');
/** TensorFlow on the processor: Node with `@tensorflow/tfjs-node`. */
export const tfjsNode: BackendProvider = provider('tfjs-node');
/** tfjs as WebAssembly: browsers and Node with `@tensorflow/tfjs-backend-wasm`. */
export const tfjsWasm: BackendProvider = provider('tfjs-wasm');
/** Present wherever tfjs is, and slower than anything else: the last choice of `pickBackend`. */
export const tfjsCpu: BackendProvider = provider('tfjs-cpu');

function provider(id: TfjsBackendId): BackendProvider {
  const runtime = runtimes[id];
  return {
    id,
    priority: runtime.priority,
    async probe() {
      try {
        const { name } = await openRuntime(runtime);
        return { available: true, reason: name };
      } catch (error) {
        return { available: false, reason: error instanceof Error ? error.message : String(error) };
      }
    },
    create: () => createTfjsBackend(id),
  };
}
