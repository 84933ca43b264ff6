import type { CaseResult } from '../case-result.ts';
import type { Comparison } from '../comparison/comparison.ts';

/** How many quantities that disagree are spelled out; the rest is counted. */
const SHOWN_FAILURES = 3;

/** One line for a case: name, largest differences, outcome, and what is wrong. */
export function formatCase({ name, outcome, comparisons, note }: CaseResult): string {
  const parts = [name];
  if (comparisons.length > 0) {
    parts.push(
      `abs ${formatLargest(comparisons, 'absolute')}`,
      `rel ${formatLargest(comparisons, 'relative')}`,
    );
  }
  parts.push(outcome);
  const failures = comparisons.filter(({ failure }) => failure !== undefined);
  const remarks = failures.slice(0, SHOWN_FAILURES).map(({ quantity, failure }) => `${quantity}: ${failure}`);
  if (failures.length > SHOWN_FAILURES) remarks.push(`${failures.length - SHOWN_FAILURES} more`);
  if (note !== undefined) remarks.push(note);
  return [...parts, ...(remarks.length > 0 ? [`(${remarks.join('; ')})`] : [])]
    .join('  ')
    .replaceAll('\n', ' ');
}

/** The last line. A case that is not supported has failed. */
export function formatTotals(results: readonly CaseResult[]): string {
  const passed = results.filter(({ outcome }) => outcome === 'pass').length;
  return `${passed} passed, ${results.length - passed} failed`;
}

function formatLargest(comparisons: readonly Comparison[], key: 'absolute' | 'relative'): string {
  const known = comparisons.map((comparison) => comparison[key]).filter((value) => !Number.isNaN(value));
  return known.length === 0 ? '-' : Math.max(...known).toExponential(2);
}
