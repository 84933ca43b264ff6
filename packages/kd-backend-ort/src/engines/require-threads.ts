import { requireArgument } from 'kd-core';

export function requireThreads(threads: number): number {
  requireArgument(
    Number.isInteger(threads) && threads >= 1,
    () => `threads must be a whole number of at least 1, got ${threads}.`,
  );
  return threads;
}
