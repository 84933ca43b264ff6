import type { Colors } from '../cli/host.ts';
import { fixed, percent, signed } from '../text/format-number.ts';
import { table } from '../text/table.ts';
import type { ComparisonReport } from './comparison-report.ts';

/** The report for a terminal: the table, and what failed. */
export function comparisonText({ measured, failed }: ComparisonReport, colors: Colors): string {
  const rows = measured.map(({ name, role, top1, gain, nll, ece, cost }) => [
    name,
    percent(top1.mean, 2),
    role === 'alone' || gain === undefined ? '' : signed(gain.mean * 100, 2),
    fixed(nll.mean, 3),
    percent(ece.mean, 2),
    cost === undefined ? '' : `\u00d7${fixed(cost.time, 2)}`,
    cost === undefined ? '' : `\u00d7${fixed(cost.memory, 2)}`,
  ]);
  const heading = ['Recipe', 'accuracy, %', 'gain', 'NLL', 'ECE, %', 'time', 'memory'];
  return [
    ...(rows.length === 0 ? [] : [table([heading, ...rows], colors)]),
    ...failed.map(({ name, error }) => `${colors.red('failed')} ${name}: ${error}`),
  ].join('\n');
}
