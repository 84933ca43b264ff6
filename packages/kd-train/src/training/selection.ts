import { requireArgument } from 'kd-core';
import type { EpochSummary } from './epoch-totals.ts';

/** A metric of a validation by which epochs are compared: accuracies, of which higher is better, and errors. */
export type SelectionMetric = 'top1' | 'top5' | 'nll' | 'brier' | 'ece' | 'adaptiveEce' | 'mce';

const BETTER: Readonly<Record<SelectionMetric, 'higher' | 'lower'>> = {
  top1: 'higher',
  top5: 'higher',
  nll: 'lower',
  brier: 'lower',
  ece: 'lower',
  adaptiveEce: 'lower',
  mce: 'lower',
};

export const SELECTION_METRICS: readonly SelectionMetric[] = Object.keys(BETTER) as SelectionMetric[];

/** Keeps the network of the epoch whose validation is best. */
export interface SelectOptions {
  readonly metric: SelectionMetric;
}

/** Ends a run whose validation no longer gets better. */
export interface EarlyStoppingOptions {
  readonly metric: SelectionMetric;
  /** How many evaluations in a row may pass without an improvement, at least 1. */
  readonly patience: number;
  /** What counts as an improvement must be larger; at least 0. Default 0. */
  readonly minDelta?: number;
  /** Epochs at the start whose evaluations do not count. Default 0. */
  readonly start?: number;
}

/** Throws `INVALID_ARGUMENT` for settings out of range, and where there is no validation to go by. */
export function checkSelection(
  select: SelectOptions | undefined,
  earlyStopping: EarlyStoppingOptions | undefined,
  hasValidation: boolean,
): void {
  for (const [name, options] of Object.entries({ select, earlyStopping })) {
    if (options === undefined) continue;
    requireArgument(
      SELECTION_METRICS.includes(options.metric),
      () => `${name}.metric must be one of ${SELECTION_METRICS.join(', ')}, got '${String(options.metric)}'.`,
    );
    requireArgument(
      hasValidation,
      () => `${name} goes by the validation, and there is none: give a validation source.`,
    );
  }
  if (earlyStopping === undefined) return;
  const { patience, minDelta = 0, start = 0 } = earlyStopping;
  requireArgument(
    Number.isInteger(patience) && patience >= 1,
    () => `earlyStopping.patience must be a positive integer, got ${patience}.`,
  );
  requireArgument(
    minDelta >= 0 && Number.isFinite(minDelta),
    () => `earlyStopping.minDelta must be finite and at least 0, got ${minDelta}.`,
  );
  requireArgument(
    Number.isInteger(start) && start >= 0,
    () => `earlyStopping.start must be a number of epochs, an integer of at least 0, got ${start}.`,
  );
}

/** Whether `value` is better than `best` by more than `minDelta`; anything is better than nothing. */
export function isBetter(
  metric: SelectionMetric,
  value: number,
  best: number | undefined,
  minDelta = 0,
): boolean {
  if (best === undefined) return true;
  return BETTER[metric] === 'higher' ? value > best + minDelta : value < best - minDelta;
}

/**
 * Whether a run with this history is to end. A function of the past alone, so that a run that was resumed ends where it
 * would have ended without.
 */
export function stopsEarly(
  history: readonly EpochSummary[],
  { metric, patience, minDelta = 0, start = 0 }: EarlyStoppingOptions,
): boolean {
  let best: number | undefined;
  let waited = 0;
  for (const { epoch, validation } of history) {
    if (validation === undefined || epoch < start) continue;
    const value = validation[metric];
    const improved = isBetter(metric, value, best, minDelta);
    if (improved) best = value;
    waited = improved ? 0 : waited + 1;
  }
  return waited >= patience;
}
