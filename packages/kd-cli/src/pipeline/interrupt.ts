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

/** The first Ctrl-C lets the work end in order, the second ends the process at once. */
export function listenForInterrupt(
  host: Host,
  { onFirst, message }: { readonly onFirst: () => void; readonly message: string },
): Interrupt {
  const controller = new AbortController();
  const stop = host.onInterrupt(() => {
    if (controller.signal.aborted) host.exit(exitCode.interrupted);
    controller.abort();
    onFirst();
  });
  return {
    signal: controller.signal,
    throwIfAborted() {
      if (controller.signal.aborted) throw new KdError('INTERRUPTED', message);
    },
    stop,
  };
}
