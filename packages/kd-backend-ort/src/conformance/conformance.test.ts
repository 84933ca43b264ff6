import fc from 'fast-check';
import { createTfjsBackend } from 'kd-backend-tfjs';
import type { Backend } from 'kd-core';
import { beforeAll, describe, it } from 'vitest';
import { createOrtBackend } from '../index.ts';
import { families } from './cases/index.ts';
import { expectAgreement } from './compare.ts';

/** Reproducible unless told otherwise: CONFORMANCE_SEED draws other cases, CONFORMANCE_ROUNDS more of them. */
const seed = Number(process.env.CONFORMANCE_SEED ?? 1);
const rounds = Number(process.env.CONFORMANCE_ROUNDS ?? 1);
const CASES_PER_PROGRAM = 12;

let reference: Backend;
let backend: Backend;

beforeAll(async () => {
  reference = await createTfjsBackend();
  backend = await createOrtBackend({ threads: 1, spinning: false });
});

describe.each(Object.entries(families))('%s', (_family, cases) => {
  it.each(Object.entries(cases))('%s', async (_name, arbitrary) => {
    const batches = fc.array(arbitrary, { minLength: 1, maxLength: CASES_PER_PROGRAM, size: 'max' });
    await fc.assert(
      fc.asyncProperty(batches, (batch) => expectAgreement(reference, backend, batch)),
      { seed, numRuns: rounds },
    );
  });
});
