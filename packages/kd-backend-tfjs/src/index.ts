export { tfjsCpu, tfjsCuda, tfjsNode, tfjsWasm, tfjsWebgpu } from './provider.ts';
export type { TfjsBackendId } from './runtimes/tfjs-runtime.ts';
export { createTfjsBackend } from './tfjs-backend.ts';
