import { requireArgument } from '../errors.ts';
import { type LabelledLogits, labelRanks, requireLabelledLogits, withinTop } from './labelled-logits.ts';

export interface TopAccuracyOptions extends LabelledLogits {
  /** At least 1; from the number of classes on, everything is right. */
  readonly k: number;
}

/**
 * Fraction of samples, 0 to 1, whose label is among the `k` highest logits. Of equal logits the first class counts as higher.
 * Throws as `classificationMetrics` does, and `INVALID_ARGUMENT` for a `k` that is no positive integer.
 */
export function topAccuracy({ k, ...samples }: TopAccuracyOptions): number {
  requireArgument(Number.isInteger(k) && k > 0, () => `k must be a positive integer, got ${k}.`);
  return withinTop(labelRanks(samples, requireLabelledLogits(samples)), k);
}
