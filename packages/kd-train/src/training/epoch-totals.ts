import type { ClassificationMetrics } from 'kd-core';

/** What one step measured, before its update. */
export interface StepMetrics {
  readonly loss: number;
  /** Unweighted terms of the loss by name. */
  readonly terms: Readonly<Record<string, number>>;
  /** Samples of the batch that the student classified correctly. */
  readonly correct: number;
  readonly gradientNorm: number;
  /** With a loss scale: the factor of this step. */
  readonly lossScale?: number;
  /** With a dynamic loss scale: 1 for a step that changed nothing but the scale, because a gradient overflowed, otherwise 0. */
  readonly skipped?: number;
}

/** Sums over the samples of the epoch under way. */
export interface EpochTotals {
  readonly samples: number;
  readonly loss: number;
  readonly terms: Readonly<Record<string, number>>;
  readonly correct: number;
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
}

export const emptyTotals: EpochTotals = { samples: 0, loss: 0, terms: {}, correct: 0 };

export function addToTotals(totals: EpochTotals, metrics: StepMetrics, samples: number): EpochTotals {
  const terms = Object.entries(metrics.terms).map(
    ([name, value]) => [name, (totals.terms[name] ?? 0) + value * samples] as const,
  );
  return {
    samples: totals.samples + samples,
    loss: totals.loss + metrics.loss * samples,
    terms: Object.fromEntries(terms),
    correct: totals.correct + metrics.correct,
  };
}

export function summarizeTotals(epoch: number, { samples, loss, terms, correct }: EpochTotals): EpochSummary {
  return {
    epoch,
    loss: loss / samples,
    terms: Object.fromEntries(Object.entries(terms).map(([name, value]) => [name, value / samples])),
    accuracy: correct / samples,
  };
}
