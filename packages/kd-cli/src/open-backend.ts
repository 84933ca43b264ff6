import { type Backend, type BackendProvider, KdError, pickBackend } from 'kd-core';
import { didYouMean } from './text/nearest.ts';

/** The backend `id`, or the best one here. Throws `BACKEND_UNAVAILABLE` with the reason and the known ids. */
export async function openBackend(providers: readonly BackendProvider[], id?: string): Promise<Backend> {
  if (id === undefined) return (await pickBackend(providers)).backend;
  const provider = providers.find((each) => each.id === id);
  if (provider === undefined) {
    const known = providers.map((each) => each.id);
    throw new KdError(
      'BACKEND_UNAVAILABLE',
      `There is no backend '${id}'.${didYouMean(id, known)} Known: ${known.join(', ')}.`,
    );
  }
  return (await pickBackend([provider])).backend;
}
