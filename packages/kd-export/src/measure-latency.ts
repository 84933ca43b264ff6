import { requireArgument } from 'kd-core';

export interface LatencyOptions {
  /** Runs whose time does not count (default 10). */
  readonly warmup?: number;
  /** Runs that count (default 100). */
  readonly runs?: number;
}

/** Milliseconds. */
export interface Latency {
  readonly median: number;
  /** 95 of 100 runs took at most this long. */
  readonly p95: number;
  readonly minimum: number;
  readonly runs: number;
}

/** Times `run` one call after another. */
export async function measureLatency(
  run: () => Promise<unknown>,
  options: LatencyOptions = {},
): Promise<Latency> {
  const { warmup = 10, runs = 100 } = options;
  requireArgument(
    Number.isInteger(runs) && runs > 0,
    () => `runs must be a positive whole number, got ${runs}.`,
  );
  for (let each = 0; each < warmup; each++) await run();
  const times: number[] = [];
  for (let each = 0; each < runs; each++) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const quantile = (fraction: number): number => times[Math.min(runs - 1, Math.ceil(fraction * runs) - 1)]!;
  return { median: quantile(0.5), p95: quantile(0.95), minimum: times[0]!, runs };
}
