import { closeSync, openSync, writeSync } from 'node:fs';
import { KdError } from 'kd-core';
import type { TrainingEvent } from 'kd-train';

/** A file with one JSON object a line: every event of every training of a run. */
export interface EventLog {
  write(network: string, event: TrainingEvent): void;
  close(): void;
}

/** Opens `path` for writing at its end, or anew. Every failure is `STORAGE`. */
export function openEventLog(path: string, { append }: { readonly append: boolean }): EventLog {
  const guard = <T>(action: () => T): T => {
    try {
      return action();
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      throw new KdError(
        'STORAGE',
        `${path} cannot be written (${code}). Free some space or choose another folder.`,
        {
          cause,
        },
      );
    }
  };
  const file = guard(() => openSync(path, append ? 'a' : 'w'));
  return {
    write: (network, event) =>
      guard(() =>
        writeSync(file, `${JSON.stringify({ network, time: new Date().toISOString(), ...event })}\n`),
      ),
    close: () => guard(() => closeSync(file)),
  };
}
