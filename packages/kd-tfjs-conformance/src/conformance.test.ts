import { expect, it } from 'vitest';
import { unexpectedFailures } from './command/report.ts';
import { expectedFailure } from './expected-failures.ts';
import { runSuite } from './index.ts';
import type { SpecResult } from './spec-result.ts';

/** tfjs-core 4.22: the specs of 182 files on tfjs's own CPU backend. */
const SPECS = 3249;
/** Those of them that read nothing synchronously. */
const SPECS_WITHOUT_SYNC_READS = 3203;
/** With those of the folders below `dist/ops`, and without two that are about tfjs's CPU backend. */
const ALL_SPECS_OF_OTHER_BACKENDS = 3773;

const TIME_LIMIT = 300_000;

function count(results: readonly SpecResult[], outcome: SpecResult['outcome']): number {
  return results.filter((result) => result.outcome === outcome).length;
}

it('runs every spec on the backend that tfjs tests itself', { timeout: TIME_LIMIT }, async () => {
  const results = await runSuite({ backend: 'tfjs-cpu' });
  expect(count(results, 'passed')).toBe(SPECS);
  expect(results).toHaveLength(SPECS);
});

it('leaves out the specs that read synchronously', { timeout: TIME_LIMIT }, async () => {
  const results = await runSuite({ backend: 'tfjs-cpu', withoutSyncReads: true });
  expect(count(results, 'passed')).toBe(SPECS_WITHOUT_SYNC_READS);
});

it('passes tfjs-core on ort-cpu but for what is listed', { timeout: TIME_LIMIT }, async () => {
  const results = await runSuite({ backend: 'ort-cpu', all: true });
  expect(results).toHaveLength(ALL_SPECS_OF_OTHER_BACKENDS);
  expect(unexpectedFailures(results)).toEqual([]);
  // An entry of the list that passes has to go.
  const listed = results.filter(({ name }) => expectedFailure(name) !== undefined);
  expect(listed.filter(({ outcome }) => outcome === 'passed')).toEqual([]);
  expect(count(results, 'passed')).toBe(ALL_SPECS_OF_OTHER_BACKENDS - listed.length);
});

it('passes tfjs-core on ort-wasm but for what is listed', { timeout: TIME_LIMIT }, async () => {
  const results = await runSuite({ backend: 'ort-wasm', all: true });
  expect(results).toHaveLength(ALL_SPECS_OF_OTHER_BACKENDS);
  expect(unexpectedFailures(results)).toEqual([]);
});
