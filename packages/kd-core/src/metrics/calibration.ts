/** Samples whose confidence lies in one interval of (0, 1]. Empty bins hold zeros. */
export interface CalibrationBin {
  readonly count: number;
  /** Fraction of them that are right. */
  readonly accuracy: number;
  /** Their mean confidence. */
  readonly confidence: number;
}

export interface Calibration {
  /** `bins.length` intervals of equal width; a confidence on a border belongs to the lower one. */
  readonly bins: readonly CalibrationBin[];
  /** Expected calibration error: the gap between accuracy and confidence, averaged over samples. */
  readonly ece: number;
  /** Maximum calibration error: the largest gap of a bin that is not empty. */
  readonly mce: number;
}

/**
 * Calibration of predictions (Guo et al., 2017, arXiv:1706.04599, equations 3 and 5).
 * `confidences`: in (0, 1], one a sample; `correct`: whether it was right.
 */
export function calibration(
  confidences: readonly number[],
  correct: readonly boolean[],
  binCount: number,
): Calibration {
  const sums = Array.from({ length: binCount }, () => ({ count: 0, correct: 0, confidence: 0 }));
  confidences.forEach((confidence, sample) => {
    const bin = sums[binOf(confidence, binCount)]!;
    bin.count += 1;
    bin.correct += correct[sample] ? 1 : 0;
    bin.confidence += confidence;
  });
  const bins = sums.map(({ count, correct, confidence }) => ({
    count,
    accuracy: count === 0 ? 0 : correct / count,
    confidence: count === 0 ? 0 : confidence / count,
  }));
  const gaps = bins.map(({ accuracy, confidence }) => Math.abs(accuracy - confidence));
  return {
    bins,
    ece: gaps.reduce((sum, gap, bin) => sum + gap * (bins[bin]!.count / confidences.length), 0),
    mce: Math.max(...gaps),
  };
}

/** The b with b / n < confidence <= (b + 1) / n; the product alone can be off by one at a border. */
function binOf(confidence: number, binCount: number): number {
  const bin = Math.ceil(confidence * binCount) - 1;
  if (confidence <= bin / binCount) return bin - 1;
  return confidence > (bin + 1) / binCount ? bin + 1 : bin;
}
