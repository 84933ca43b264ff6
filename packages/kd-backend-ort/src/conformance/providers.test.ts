import fc from 'fast-check';
import { createTfjsBackend } from 'kd-backend-tfjs';
import type { Backend } from 'kd-core';
import { beforeAll, it } from 'vitest';
import { openEngine } from '../engines/open-engine.ts';
import { OrtBackend } from '../ort-backend.ts';
import { convolutionCases } from './cases/convolution.ts';
import { poolingCases } from './cases/pooling.ts';
import { expectAgreement } from './compare.ts';
import { rounds, seed, sessionSettings } from './settings.ts';

let reference: Backend;
let backend: Backend;
beforeAll(async () => {
  reference = await createTfjsBackend();
  const engine = await openEngine(sessionSettings);
  backend = new OrtBackend({ ...engine, target: { maxPoolIndices: false } });
  await backend.init();
});

/** The forms for providers that lack an operator, on the one that has them all. */
it.each(
  Object.entries({
    maxPool: convolutionCases.maxPool!,
    'maxPool with ties': convolutionCases['maxPool with ties']!,
    maxPool3d: poolingCases.maxPool3d!,
    maxPoolWithArgmax: poolingCases.maxPoolWithArgmax!,
  }),
)('compares maxima where the provider gives no indices: %s', async (_name, arbitrary) => {
  await fc.assert(
    fc.asyncProperty(fc.array(arbitrary, { minLength: 1, maxLength: 12, size: 'max' }), (cases) =>
      expectAgreement(reference, backend, cases),
    ),
    { seed, numRuns: 2 * rounds },
  );
});
