import { type Backend, KdError, type KdErrorCode } from 'kd-core';
import type { CaseOutcome, ParityCase } from '../case-result.ts';
import { type Fields, fieldsList, stringField } from '../fixtures/fields.ts';
import { lossAdapters } from './adapters.ts';
import { compareLossCase, demandsOf } from './compare-loss-case.ts';
import type { LossAdapter } from './loss-adapter.ts';
import { evaluateLossCase } from './loss-case.ts';

/** What a clear refusal of an input looks like, as opposed to a defect. */
const REFUSALS: readonly KdErrorCode[] = ['INVALID_ARGUMENT', 'SHAPE_MISMATCH', 'NON_FINITE'];

/** The cases of a loss fixture; its own name chooses the adapter. */
export function lossCases(
  backend: Backend,
  fixture: Fields,
  name: string,
  adapters: Readonly<Record<string, LossAdapter>> = lossAdapters,
): readonly ParityCase[] {
  const loss = stringField(fixture, 'name');
  const adapter = Object.hasOwn(adapters, loss) ? adapters[loss] : undefined;
  return fieldsList(fixture, 'cases').map((lossCase) => ({
    name: `${name}/${stringField(lossCase, 'case')}`,
    run: async (): Promise<CaseOutcome> =>
      adapter === undefined ? { unsupported: 'no such loss here' } : runLossCase(backend, adapter, lossCase),
  }));
}

async function runLossCase(backend: Backend, adapter: LossAdapter, lossCase: Fields): Promise<CaseOutcome> {
  const demands = demandsOf(lossCase);
  try {
    return { comparisons: compareLossCase(lossCase, await evaluateLossCase(backend, adapter, lossCase)) };
  } catch (error) {
    const refused = KdError.isInstance(error) && REFUSALS.includes(error.code);
    if (refused && !demands.loss && !demands.gradients) {
      return { comparisons: [], note: `refused, where the reference is undefined: ${error.message}` };
    }
    throw error;
  }
}
