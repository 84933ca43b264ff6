import { expectedFailure } from '../expected-failures.ts';
import type { SpecResult } from '../spec-result.ts';

/** What is printed of a spec: nothing when it passed as it should. */
export function formatResult({ name, outcome, messages }: SpecResult): string | undefined {
  const reason = expectedFailure(name);
  if (outcome === 'passed') {
    return reason === undefined ? undefined : `passed, though listed as an expected failure: ${name}`;
  }
  if (outcome === 'skipped') return `skipped: ${name} (${messages.join('; ')})`;
  const heading = `FAILED: ${name}${reason === undefined ? '' : ` (expected: ${reason})`}`;
  return [heading, ...messages.map((message) => message.replaceAll(/^/gm, '    '))].join('\n');
}

/** The last line. */
export function formatTotals(results: readonly SpecResult[]): string {
  const count = (outcome: SpecResult['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length;
  return `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`;
}

/** Failures that are not on the list of expected ones. */
export function unexpectedFailures(results: readonly SpecResult[]): SpecResult[] {
  return results.filter(({ name, outcome }) => outcome === 'failed' && expectedFailure(name) === undefined);
}
