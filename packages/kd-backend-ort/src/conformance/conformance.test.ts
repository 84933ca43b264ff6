import fc from 'fast-check';
import { createTfjsBackend } from 'kd-backend-tfjs';
import type { Backend } from 'kd-core';
import { beforeAll, describe, it } from 'vitest';
import { createOrtBackend } from '../index.ts';
import { type CaseFamily, families } from './cases/index.ts';
import { expectAgreement } from './compare.ts';
import { rounds, seed, sessionSettings } from './settings.ts';

const CASES_PER_PROGRAM = 12;

const variants: readonly (readonly [string, boolean, Readonly<Record<string, CaseFamily>>])[] = [
  ['with blocked convolutions where the processor has them', true, families],
  ['with plain convolutions', false, { convolution: families.convolution! }],
];

describe.each(variants)('%s', (_variant, blockedConvolutions, chosen) => {
  let reference: Backend;
  let backend: Backend;
  beforeAll(async () => {
    reference = await createTfjsBackend();
    backend = await createOrtBackend({ ...sessionSettings, blockedConvolutions });
  });

  describe.each(Object.entries(chosen))('%s', (_family, cases) => {
    it.each(Object.entries(cases))('%s', async (_name, arbitrary) => {
      const batches = fc.array(arbitrary, { minLength: 1, maxLength: CASES_PER_PROGRAM, size: 'max' });
      await fc.assert(
        fc.asyncProperty(batches, (batch) => expectAgreement(reference, backend, batch)),
        { seed, numRuns: 2 * rounds },
      );
    });
  });
});
