import type fc from 'fast-check';
import type { Case } from '../compare.ts';
import { convolutionCases } from './convolution.ts';
import { elementwiseCases } from './elementwise.ts';
import { imageCases } from './image.ts';
import { indexingCases } from './indexing.ts';
import { linearAlgebraCases } from './linear-algebra.ts';
import { poolingCases } from './pooling.ts';
import { reductionCases } from './reduction.ts';
import { shapeCases } from './shape.ts';
import { specialValueCases } from './special-values.ts';

export type CaseFamily = Readonly<Record<string, fc.Arbitrary<Case>>>;

/** Every kernel that can be recorded occurs in at least one of these. */
export const families: Readonly<Record<string, CaseFamily>> = {
  convolution: convolutionCases,
  elementwise: elementwiseCases,
  image: imageCases,
  indexing: indexingCases,
  'linear algebra': linearAlgebraCases,
  pooling: poolingCases,
  reduction: reductionCases,
  shape: shapeCases,
  'special values': specialValueCases,
};
