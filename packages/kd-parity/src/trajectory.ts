// The part that runs in browsers too: it reads no files itself.
import type { Backend } from 'kd-core';
import { type CaseResult, runCase } from './case-result.ts';
import { fieldsOf } from './fixtures/fields.ts';
import { compareTrajectory, type WeightLoader } from './trajectory/trajectory-fixture.ts';

export type { CaseResult } from './case-result.ts';
export type { Comparison } from './comparison/comparison.ts';
export type { WeightLoader } from './trajectory/trajectory-fixture.ts';

/** Runs the parsed trajectory file `fixture` on `backend`. Never throws: an error is a case that failed. */
export function runTrajectoryFixture(
  backend: Backend,
  name: string,
  fixture: unknown,
  loadWeights: WeightLoader,
): Promise<CaseResult> {
  return runCase({
    name,
    run: async () => compareTrajectory(backend, fieldsOf(fixture, 'fixture'), loadWeights),
  });
}
