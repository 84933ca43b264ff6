import { type Backend, KdError, pickBackend } from 'kd-core';
import type { Host } from './cli/host.ts';
import { didYouMean } from './text/nearest.ts';

export interface BackendWish {
  /** An id, or `auto` for the best that runs here (the default). */
  readonly id?: string | undefined;
  readonly threads?: number | undefined;
}

/**
 * The backend that the user wants. Where the choice was left to `kd` and better ones cannot run here, one line on stderr
 * says so. Throws `BACKEND_UNAVAILABLE` with the reason and the known ids.
 */
export async function openBackend(host: Host, { id = 'auto', threads }: BackendWish): Promise<Backend> {
  const providers = await host.backends(threads === undefined ? {} : { threads });
  const known = providers.map((each) => each.id);
  if (id !== 'auto' && !known.includes(id)) {
    throw new KdError(
      'BACKEND_UNAVAILABLE',
      `There is no backend '${id}'.${didYouMean(id, known)} Known: ${known.join(', ')}, and auto for the best of them.`,
    );
  }
  const { backend, passedOver } = await pickBackend(id, providers);
  if (passedOver.length > 0) {
    const others = passedOver.map((each) => each.id).join(', ');
    const doctor = host.commandLine('doctor', []);
    host.stderr.write(`Running on ${backend.id}; cannot run here: ${others} (${doctor} says why).\n`);
  }
  return backend;
}
