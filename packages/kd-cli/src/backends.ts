import { createOrtBackend, ortCpu } from 'kd-backend-ort';
import type { BackendProvider } from 'kd-core';

/** The backends of this installation, in any order; each knows its own rank. */
export function backendProviders({ threads }: { readonly threads?: number }): readonly BackendProvider[] {
  const cpu = threads === undefined ? ortCpu : { ...ortCpu, create: () => createOrtBackend({ threads }) };
  return [cpu];
}

/** Backends that the SDK is designed for and this version has no adapter for, so that nobody has to search. */
export const plannedBackends: readonly string[] = ['ort-cuda', 'ort-webgpu', 'ort-wasm', 'tfjs-cuda'];
