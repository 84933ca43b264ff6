import type { ClassificationMetrics } from 'kd-core';

/** What one step measured, before its update. */
export interface StepMetrics {
  readonly loss: number;
  /** Unweighted terms of the loss by name. */
  readonly terms: Readonly<Record<string, number>>;
  /** Samples of the batch that the student classified correctly. */
  readonly correct: number;
  /** L2 norm of the gradient of all trained parameters, before clipping and weight decay. */
  readonly gradientNorm: number;
  /** Where a monitor asks for it: that of each part, as `student/stage1` and `method/hinton`. */
  readonly gradientNorms?: Readonly<Record<string, number>>;
  /** With a loss scale: the factor of this step. */
  readonly lossScale?: number;
  /** Where steps may be skipped: 1 for one that changed nothing but a dynamic loss scale, otherwise 0. */
  readonly skipped?: number;
}

/** Sums over the samples of the epoch under way, without those of updates whose loss was not finite. */
export interface EpochTotals {
  readonly samples: number;
  readonly loss: number;
  readonly terms: Readonly<Record<string, number>>;
  readonly correct: number;
  /** Updates that changed nothing; absent for none. */
  readonly skipped?: number;
}

/** Means over the samples of a finished epoch, each measured before its update. */
export interface EpochSummary {
  readonly epoch: number;
  readonly loss: number;
  readonly terms: Readonly<Record<string, number>>;
  /** Fraction in [0, 1] on the training batches. */
  readonly accuracy: number;
  /** On the validation source, after the epoch; absent where none was evaluated. */
  readonly validation?: ClassificationMetrics;
  /** Updates that were skipped because something was not finite; absent for none. */
  readonly skipped?: number;
}

export const emptyTotals: EpochTotals = { samples: 0, loss: 0, terms: {}, correct: 0 };

export function addToTotals(totals: EpochTotals, metrics: StepMetrics, samples: number): EpochTotals {
  const skipped = (totals.skipped ?? 0) + (metrics.skipped ?? 0);
  const counted = { ...totals, ...(skipped > 0 && { skipped }) };
  if (metrics.skipped === 1 && !lossIsFinite(metrics)) return counted;
  const terms = Object.entries(metrics.terms).map(
    ([name, value]) => [name, (totals.terms[name] ?? 0) + value * samples] as const,
  );
  return {
    ...counted,
    samples: totals.samples + samples,
    loss: totals.loss + metrics.loss * samples,
    terms: Object.fromEntries(terms),
    correct: totals.correct + metrics.correct,
  };
}

/** The means are NaN where every update of the epoch was skipped. */
export function summarizeTotals(
  epoch: number,
  { samples, loss, terms, correct, skipped }: EpochTotals,
): EpochSummary {
  return {
    epoch,
    loss: loss / samples,
    terms: Object.fromEntries(Object.entries(terms).map(([name, value]) => [name, value / samples])),
    accuracy: correct / samples,
    ...(skipped !== undefined && { skipped }),
  };
}

function lossIsFinite({ loss, terms }: StepMetrics): boolean {
  return [loss, ...Object.values(terms)].every(Number.isFinite);
}
