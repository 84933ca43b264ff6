import { KdError } from '../errors.ts';
import type { Backend } from './backend.ts';

export interface ProbeResult {
  readonly available: boolean;
  /** Why it cannot run here and what would help; or, where it can, what there is to say about it. */
  readonly reason: string;
  /** It runs, but `auto` takes it only where nothing else does: an emulated GPU, for example. */
  readonly lastResort?: boolean;
}

/** A way to obtain a backend. Packages export providers; nothing is registered by importing them. */
export interface BackendProvider {
  readonly id: string;
  /** Providers with a higher priority are tried first by `pickBackend('auto')`. */
  readonly priority: number;
  /** Whether it can run here. Must not throw. */
  probe(): Promise<ProbeResult>;
  /** A backend on which `init` has been called. */
  create(): Promise<Backend>;
}

export interface BackendChoice {
  readonly backend: Backend;
  /** The providers that come first but were passed over, with the reason; empty when one was asked for by id. */
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
  return bestFirst([...registry.values()]);
}

/**
 * The switch between backends: `await pickBackend('ort-cpu', [ortCpu, ortWasm])`.
 *
 * `auto` takes the best that runs here and reports which better ones were passed over, and why. An id takes that
 * backend or fails: nothing else is taken in its place.
 *
 * @param providers to choose from; by default the registered ones.
 * @throws KdError `BACKEND_UNAVAILABLE`: an unknown id, with the known ones; a backend that cannot run here, with what is
 * missing and what to do; or, for `auto`, none that can.
 */
export async function pickBackend(
  wanted: string = 'auto',
  providers: readonly BackendProvider[] = listBackends(),
): Promise<BackendChoice> {
  return wanted === 'auto'
    ? pickBest(providers)
    : { backend: await createOne(wanted, providers), passedOver: [] };
}

async function createOne(id: string, providers: readonly BackendProvider[]): Promise<Backend> {
  const provider = providers.find((each) => each.id === id);
  if (provider === undefined) {
    const known = bestFirst(providers).map((each) => each.id);
    throw new KdError(
      'BACKEND_UNAVAILABLE',
      `There is no backend '${id}'; known: ${known.length > 0 ? known.join(', ') : 'none, so pass its provider, or register it with registerBackends'}.`,
      { details: { id, known } },
    );
  }
  const { available, reason } = await provider.probe();
  if (available) return provider.create();
  throw new KdError('BACKEND_UNAVAILABLE', `Backend '${id}' cannot run here: ${reason}`, { details: { id } });
}

async function pickBest(providers: readonly BackendProvider[]): Promise<BackendChoice> {
  const passedOver: { id: string; reason: string }[] = [];
  const lastResorts: BackendProvider[] = [];
  for (const provider of bestFirst(providers)) {
    const { available, reason, lastResort = false } = await provider.probe();
    if (available && !lastResort) {
      const created = await tryCreate(provider);
      if (typeof created !== 'string') return { backend: created, passedOver };
      passedOver.push({ id: provider.id, reason: created });
      continue;
    }
    if (available) lastResorts.push(provider);
    passedOver.push({ id: provider.id, reason });
  }
  for (const provider of lastResorts) {
    const created = await tryCreate(provider);
    if (typeof created === 'string') continue;
    return { backend: created, passedOver: passedOver.filter(({ id }) => id !== provider.id) };
  }
  const tried = passedOver.map(({ id, reason }) => `${id}: ${reason}`).join('; ');
  throw new KdError('BACKEND_UNAVAILABLE', `No backend can run here. ${tried || 'None is registered.'}`);
}

/** The backend, or why it cannot run here after all. */
async function tryCreate(provider: BackendProvider): Promise<Backend | string> {
  try {
    return await provider.create();
  } catch (error) {
    if (KdError.isInstance(error) && error.code === 'BACKEND_UNAVAILABLE') return error.message;
    throw error;
  }
}

function bestFirst(providers: readonly BackendProvider[]): BackendProvider[] {
  return [...providers].sort((a, b) => b.priority - a.priority);
}
