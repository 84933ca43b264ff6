import { KdError } from '../errors.ts';
import type { Backend } from './backend.ts';

/** A way to obtain a backend. Packages export providers; nothing is registered by importing them. */
export interface BackendProvider {
  readonly id: string;
  /** Providers with a higher priority are tried first by `pickBackend`. */
  readonly priority: number;
  /** Whether it can run here, and if not, why and what would help. Must not throw. */
  probe(): Promise<{ readonly available: boolean; readonly reason: string }>;
  /** A backend on which `init` has been called. */
  create(): Promise<Backend>;
}

export interface BackendChoice {
  readonly backend: Backend;
  /** The providers that come first but were passed over, with the reason. */
  readonly passedOver: readonly { readonly id: string; readonly reason: string }[];
}

const registry = new Map<string, BackendProvider>();

/** Makes providers known by id. Registering another provider under a known id is `INVALID_ARGUMENT`. */
export function registerBackends(providers: readonly BackendProvider[]): void {
  for (const provider of providers) {
    const known = registry.get(provider.id);
    if (known !== undefined && known !== provider) {
      throw new KdError('INVALID_ARGUMENT', `A backend with the id '${provider.id}' is already registered.`);
    }
    registry.set(provider.id, provider);
  }
}

/** Registered providers, best first. */
export function listBackends(): readonly BackendProvider[] {
  return [...registry.values()].sort((a, b) => b.priority - a.priority);
}

/** Creates the registered backend `id`. Throws `BACKEND_UNAVAILABLE` with the known ids or the reason. */
export async function createBackend(id: string): Promise<Backend> {
  const provider = registry.get(id);
  if (provider === undefined) {
    const known = listBackends().map((each) => each.id);
    throw new KdError(
      'BACKEND_UNAVAILABLE',
      `No backend '${id}' is registered; known: ${known.length > 0 ? known.join(', ') : 'none'}. Pass its provider to registerBackends first.`,
    );
  }
  const { available, reason } = await provider.probe();
  if (!available) throw new KdError('BACKEND_UNAVAILABLE', `Backend '${id}' cannot run here: ${reason}`);
  return provider.create();
}

/** The best provider that runs here, of the given or else the registered ones, and why others were passed over. */
export async function pickBackend(
  providers: readonly BackendProvider[] = listBackends(),
): Promise<BackendChoice> {
  const passedOver: { id: string; reason: string }[] = [];
  for (const provider of [...providers].sort((a, b) => b.priority - a.priority)) {
    const { available, reason } = await provider.probe();
    if (available) return { backend: await provider.create(), passedOver };
    passedOver.push({ id: provider.id, reason });
  }
  const tried = passedOver.map(({ id, reason }) => `${id}: ${reason}`).join('; ');
  throw new KdError('BACKEND_UNAVAILABLE', `No backend can run here. ${tried || 'None is registered.'}`);
}
