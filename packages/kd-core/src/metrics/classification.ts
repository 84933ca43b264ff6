import {
  adaptiveCalibration,
  type Calibration,
  calibration,
  DEFAULT_BINS,
  requireBins,
} from './calibration.ts';
import {
  type LabelledLogits,
  type LogitsSize,
  labelRanks,
  requireLabelledLogits,
  withinTop,
} from './labelled-logits.ts';
import { type RiskCoverage, riskCoverage } from './risk-coverage.ts';
import { tiedGroups } from './tied-groups.ts';

export interface ClassificationMetrics extends Calibration, RiskCoverage {
  /** Samples. */
  readonly count: number;
  /** Fraction of samples, 0 to 1, whose label has the highest logit. */
  readonly top1: number;
  /** Fraction of samples, 0 to 1, whose label is among the five highest logits. */
  readonly top5: number;
  /** Negative log likelihood of the label in nats, a mean over samples. */
  readonly nll: number;
  /** Squared distance of probabilities and one-hot label, 0 to 2, a mean over samples (Brier, 1950). */
  readonly brier: number;
  /** Mean of the highest probability. */
  readonly meanConfidence: number;
  /** Expected calibration error over bins of equally many samples, as `adaptiveCalibration` has it. */
  readonly adaptiveEce: number;
}

export interface ClassificationMetricsOptions extends LabelledLogits {
  /** Bins of both calibration errors; 15 unless given. */
  readonly bins?: number;
}

/**
 * Accuracy, calibration and ranking by confidence of a classifier, in float64; confidence is the highest probability. Of equal
 * logits the first class counts as higher. The order of samples does not matter beyond rounding. Throws `SHAPE_MISMATCH` unless the
 * shapes fit, `INVALID_ARGUMENT` for no samples or a label out of range, `NON_FINITE` for logits that are not finite.
 */
export function classificationMetrics(options: ClassificationMetricsOptions): ClassificationMetrics {
  const { bins = DEFAULT_BINS } = options;
  const size = requireLabelledLogits(options);
  requireBins(bins);
  const { count } = size;
  const ranks = labelRanks(options, size);
  const { nll, brier, confidences } = likelihoods(options, size);
  const correct = Array.from(ranks, (rank) => rank === 0);
  const samples = { confidences, correct, bins };
  return {
    count,
    top1: withinTop(ranks, 1),
    top5: withinTop(ranks, 5),
    nll: nll / count,
    brier: brier / count,
    meanConfidence: confidences.reduce((sum, each) => sum + each, 0) / count,
    ...calibration(samples),
    adaptiveEce: adaptiveCalibration(samples).ece,
    ...riskCoverage(tiedGroups(confidences, correct)),
  };
}

/** Sums over samples, and the highest probability of each. */
function likelihoods(
  { logits: { data }, labels }: LabelledLogits,
  { count, classes }: LogitsSize,
): { nll: number; brier: number; confidences: Float64Array } {
  const confidences = new Float64Array(count);
  const exponentials = new Float64Array(classes);
  let [nll, brier] = [0, 0];
  for (let sample = 0; sample < count; sample++) {
    const start = sample * classes;
    const label = labels.data[sample]!;
    let highest = data[start]!;
    for (let index = 1; index < classes; index++) highest = Math.max(highest, data[start + index]!);
    let total = 0;
    for (let index = 0; index < classes; index++) {
      const exponential = Math.exp(data[start + index]! - highest);
      exponentials[index] = exponential;
      total += exponential;
    }
    for (let index = 0; index < classes; index++) {
      const difference = exponentials[index]! / total - (index === label ? 1 : 0);
      brier += difference * difference;
    }
    nll += Math.log(total) - (data[start + label]! - highest);
    confidences[sample] = 1 / total;
  }
  return { nll, brier, confidences };
}
