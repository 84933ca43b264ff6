import { createOrtBackend, ortCpu } from 'kd-backend-ort';
import type { BackendProvider } from 'kd-core';

/** The backends of this installation, in any order; each knows its own rank. */
export function backendProviders({ threads }: { readonly threads?: number }): readonly BackendProvider[] {
  const cpu = threads === undefined ? ortCpu : { ...ortCpu, create: () => createOrtBackend({ threads }) };
  return [cpu];
}
