import type { SpecResult } from '../spec-result.ts';

/** What is printed of a spec: nothing when it passed. */
export function formatResult({ name, outcome, messages }: SpecResult): string | undefined {
  if (outcome === 'passed') return undefined;
  if (outcome === 'skipped') return `skipped: ${name} (${messages.join('; ')})`;
  return [`FAILED: ${name}`, ...messages.map((message) => message.replaceAll(/^/gm, '    '))].join('\n');
}

/** The last line. */
export function formatTotals(results: readonly SpecResult[]): string {
  const count = (outcome: SpecResult['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length;
  return `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`;
}
