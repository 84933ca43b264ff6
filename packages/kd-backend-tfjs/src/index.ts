export { tfjsCpu } from './provider.ts';
export { createTfjsBackend } from './tfjs-backend.ts';
