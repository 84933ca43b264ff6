import { KdError } from 'kd-core';
import type { Host } from './host.ts';
import { colorsOf } from './host.ts';
import { UsageError } from './usage-error.ts';

/** Prints an error as one paragraph; with its stack and causes when `debug`, or when nobody foresaw it. */
export function presentError(error: unknown, host: Host, debug: boolean): void {
  const colors = colorsOf(host, 'stderr');
  if (KdError.isInstance(error) && error.code === 'INTERRUPTED' && !debug) {
    host.stderr.write(`${colors.yellow(colors.bold('stopped'))} ${error.message}\n`);
    return;
  }
  const foreseen = KdError.isInstance(error) || error instanceof UsageError;
  const message = error instanceof Error ? error.message : String(error);
  host.stderr.write(`${colors.red(colors.bold('error'))} ${message}\n`);
  if (error instanceof Error && (debug || !foreseen)) {
    host.stderr.write(`${colors.dim(stacks(error))}\n`);
  }
  if (!foreseen)
    host.stderr.write('This is a defect of kd, not of your input. Please report it with the lines above.\n');
  else if (KdError.isInstance(error) && !debug)
    host.stderr.write(colors.dim(`(${error.code}; --debug shows the stack)\n`));
}

function stacks(error: Error): string {
  const own = error.stack ?? error.message;
  return error.cause instanceof Error ? `${own}\ncaused by: ${stacks(error.cause)}` : own;
}
