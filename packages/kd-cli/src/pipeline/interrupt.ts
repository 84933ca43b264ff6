import { KdError } from 'kd-core';
import { exitCode } from '../cli/exit-code.ts';
import type { Host } from '../cli/host.ts';

export interface Interrupt {
  /** Aborted at the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** Throws `INTERRUPTED` with the way to go on, after the first Ctrl-C. */
  throwIfAborted(): void;
  stop(): void;
}

/** Programs between the terminal and this one, npm for one, may hand the same press on once more. */
const samePressMilliseconds = 500;

/**
 * The first Ctrl-C lets the work end in order, with its state saved in the folder `saved`, from where the command line
 * `again` goes on; the second ends the process at once.
 */
export function listenForInterrupt(
  host: Host,
  { saved, again }: { readonly saved: string; readonly again: string },
): Interrupt {
  const controller = new AbortController();
  let pressedAt = 0;
  const stop = host.onInterrupt(() => {
    if (controller.signal.aborted) {
      if (host.now() - pressedAt > samePressMilliseconds) host.exit(exitCode.interrupted);
      return;
    }
    pressedAt = host.now();
    controller.abort();
    host.stderr.write('\nStopping after this step; Ctrl-C again quits at once.\n');
  });
  return {
    signal: controller.signal,
    throwIfAborted() {
      if (!controller.signal.aborted) return;
      throw new KdError('INTERRUPTED', `The state is saved in ${saved}. Continue with:\n  ${again}`);
    },
    stop,
  };
}
