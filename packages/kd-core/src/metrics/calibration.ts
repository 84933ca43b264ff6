import { requireArgument } from '../errors.ts';
import { tiedGroups } from './tied-groups.ts';

/** Samples whose confidence lies in one interval: a bar of a reliability diagram. Empty bins hold zeros. */
export interface CalibrationBin {
  readonly count: number;
  /** Fraction of them that are right. */
  readonly accuracy: number;
  /** Their mean confidence. */
  readonly confidence: number;
}

export interface Calibration {
  /** From the lowest confidence to the highest. */
  readonly bins: readonly CalibrationBin[];
  /** Expected calibration error: the gap between accuracy and confidence, averaged over samples. */
  readonly ece: number;
  /** Maximum calibration error: the largest gap of a bin that is not empty. */
  readonly mce: number;
}

export interface CalibrationOptions {
  /** In (0, 1], one a sample. */
  readonly confidences: ArrayLike<number>;
  /** Whether each sample was right. */
  readonly correct: ArrayLike<boolean>;
  /** Number of intervals; 15 unless given. */
  readonly bins?: number;
}

export const DEFAULT_BINS = 15;

/**
 * Calibration of predictions over intervals of (0, 1] of equal width (Guo et al., 2017, arXiv:1706.04599, equations 3 and 5). A
 * confidence on a border belongs to the lower interval. Throws `INVALID_ARGUMENT` for a number of bins that is no positive integer,
 * for no samples, for lists of different lengths and for a confidence outside of (0, 1].
 */
export function calibration({ bins = DEFAULT_BINS, ...samples }: CalibrationOptions): Calibration {
  const { confidences, correct } = requireSamples(samples, bins);
  const sums = emptySums(bins);
  for (let sample = 0; sample < confidences.length; sample++) {
    const bin = sums[binOf(confidences[sample]!, bins)]!;
    bin.count += 1;
    bin.correct += correct[sample] ? 1 : 0;
    bin.confidence += confidences[sample]!;
  }
  return fromSums(sums, confidences.length);
}

/**
 * Calibration over bins that hold equally many samples each (adaptive ECE; Nguyen and O'Connor, 2015, arXiv:1508.05154, section 3;
 * Mukhoti et al., 2020, arXiv:2002.09437), so that crowded confidences are resolved and no bin is almost empty. Samples in
 * ascending order of confidence are cut into `bins` runs whose lengths differ by at most one, the longer ones first; with fewer
 * samples than bins some are empty. Samples of equal confidence have no order: where a cut divides them, each part gets their
 * common accuracy, so that the result does not depend on the order of samples. Throws as `calibration` does.
 */
export function adaptiveCalibration({ bins = DEFAULT_BINS, ...samples }: CalibrationOptions): Calibration {
  const { confidences, correct } = requireSamples(samples, bins);
  const { length } = confidences;
  const sums = emptySums(bins);
  const capacity = (bin: number): number => Math.floor(length / bins) + (bin < length % bins ? 1 : 0);
  let bin = 0;
  for (const group of tiedGroups(confidences, correct).reverse()) {
    const accuracy = group.correct / group.count;
    let left = group.count;
    while (left > 0) {
      const sum = sums[bin]!;
      const taken = Math.min(left, capacity(bin) - sum.count);
      sum.count += taken;
      sum.correct += taken * accuracy;
      sum.confidence += taken * group.confidence;
      left -= taken;
      if (sum.count === capacity(bin)) bin += 1;
    }
  }
  return fromSums(sums, length);
}

interface BinSums {
  count: number;
  correct: number;
  confidence: number;
}

function requireSamples(
  { confidences, correct }: Pick<CalibrationOptions, 'confidences' | 'correct'>,
  bins: number,
): Pick<CalibrationOptions, 'confidences' | 'correct'> {
  requireBins(bins);
  requireArgument(
    confidences.length > 0 && confidences.length === correct.length,
    () =>
      `confidences and correct must have one value for each of at least one sample, got ${confidences.length} and ${correct.length}.`,
  );
  for (let sample = 0; sample < confidences.length; sample++) {
    const confidence = confidences[sample]!;
    requireArgument(
      confidence > 0 && confidence <= 1,
      () => `confidences must be above 0 and at most 1, but sample ${sample} has ${confidence}.`,
    );
  }
  return { confidences, correct };
}

export function requireBins(bins: number): void {
  requireArgument(Number.isInteger(bins) && bins > 0, () => `bins must be a positive integer, got ${bins}.`);
}

function emptySums(bins: number): BinSums[] {
  return Array.from({ length: bins }, () => ({ count: 0, correct: 0, confidence: 0 }));
}

function fromSums(sums: readonly BinSums[], samples: number): Calibration {
  const bins = sums.map(({ count, correct, confidence }) => ({
    count,
    accuracy: count === 0 ? 0 : correct / count,
    confidence: count === 0 ? 0 : confidence / count,
  }));
  let [ece, mce] = [0, 0];
  for (const { count, accuracy, confidence } of bins) {
    const gap = Math.abs(accuracy - confidence);
    ece += gap * (count / samples);
    mce = Math.max(mce, gap);
  }
  return { bins, ece, mce };
}

/** The b with b / n < confidence <= (b + 1) / n; the product alone can be off by one at a border. */
function binOf(confidence: number, binCount: number): number {
  const bin = Math.ceil(confidence * binCount) - 1;
  if (confidence <= bin / binCount) return bin - 1;
  return confidence > (bin + 1) / binCount ? bin + 1 : bin;
}
