import { type PairedDifference, pairedDifference, summarize } from '../statistics/summary.ts';
import { fixed, percent, signed } from '../text/format-number.ts';
import type { Metrics, NetworkResult, Role, RunReport } from './report-data.ts';

/** A number that is measured for each run, and how it is written. */
export interface MeasureDefinition {
  readonly key: 'top1' | 'nll' | 'ece';
  readonly name: string;
  readonly better: 'higher' | 'lower';
  readonly format: (value: number) => string;
  readonly formatDifference: (value: number) => string;
}

export const measures: readonly MeasureDefinition[] = [
  {
    key: 'top1',
    name: 'Top-1, %',
    better: 'higher',
    format: (value) => percent(value, 2),
    formatDifference: (value) => signed(value * 100, 2),
  },
  {
    key: 'nll',
    name: 'NLL, nats',
    better: 'lower',
    format: (value) => fixed(value, 3),
    formatDifference: (value) => signed(value, 3),
  },
  {
    key: 'ece',
    name: 'ECE, %',
    better: 'lower',
    format: (value) => percent(value, 2),
    formatDifference: (value) => signed(value * 100, 2),
  },
];

export function findNetwork(report: RunReport, role: Role): NetworkResult | undefined {
  return report.networks.find((network) => network.role === role);
}

/** The values of a measure, one a seed. */
export function valuesOf(network: NetworkResult, key: MeasureDefinition['key']): number[] {
  return network.runs.map((run) => (run.metrics satisfies Metrics)[key]);
}

/** `97.31 ± 0.42`, or the bare mean of a single run. */
export function meanAndSpread(values: readonly number[], format: (value: number) => string): string {
  const { mean, standardDeviation } = summarize(values);
  return Number.isNaN(standardDeviation) ? format(mean) : `${format(mean)} ± ${format(standardDeviation)}`;
}

/** Distilled minus alone, seed by seed; undefined when one of the two is missing. */
export function distillationGain(
  report: RunReport,
  key: MeasureDefinition['key'],
): PairedDifference | undefined {
  const alone = findNetwork(report, 'alone');
  const distilled = findNetwork(report, 'distilled');
  if (alone === undefined || distilled === undefined) return undefined;
  return pairedDifference(valuesOf(alone, key), valuesOf(distilled, key));
}

/** Which way the interval of a gain lies: `unclear` when it holds zero or cannot be computed. */
export function verdict(gain: PairedDifference, better: 'higher' | 'lower'): 'better' | 'worse' | 'unclear' {
  const [low, high] = gain.interval;
  const sign = better === 'higher' ? 1 : -1;
  if (low > 0 || high < 0) return gain.mean * sign > 0 ? 'better' : 'worse';
  return 'unclear';
}
