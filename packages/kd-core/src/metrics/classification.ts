import { KdError, requireArgument } from '../errors.ts';
import { formatShape } from '../shapes.ts';
import type { HostTensor } from '../trees/host-tensor.ts';
import { type Calibration, calibration } from './calibration.ts';

export interface ClassificationMetrics extends Calibration {
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
}

export interface ClassificationMetricsOptions {
  /** float32 [count, classes], unnormalised. */
  readonly logits: HostTensor;
  /** int32 [count], each in [0, classes). */
  readonly labels: HostTensor;
  /** Intervals of the calibration error; 15 unless given. */
  readonly bins?: number;
}

/**
 * Accuracy and calibration of a classifier, in float64. Of equal logits the first class counts as higher.
 * Throws `SHAPE_MISMATCH` unless the shapes fit, `INVALID_ARGUMENT` for no samples or a label out of range,
 * `NON_FINITE` for logits that are not finite.
 */
export function classificationMetrics(options: ClassificationMetricsOptions): ClassificationMetrics {
  const { logits, labels, bins = 15 } = options;
  const [count, classes] = requireShapes(logits, labels);
  requireArgument(Number.isInteger(bins) && bins > 0, () => `bins must be a positive integer, got ${bins}.`);
  const samples = Array.from({ length: count }, (_, sample) => {
    const row = Array.from(logits.data.subarray(sample * classes, (sample + 1) * classes));
    return judge(row, labels.data[sample]!, sample);
  });
  const mean = (value: (sample: Judgement) => number): number =>
    samples.reduce((sum, sample) => sum + value(sample), 0) / count;
  return {
    count,
    top1: mean(({ rank }) => (rank < 1 ? 1 : 0)),
    top5: mean(({ rank }) => (rank < 5 ? 1 : 0)),
    nll: mean(({ nll }) => nll),
    brier: mean(({ brier }) => brier),
    meanConfidence: mean(({ confidence }) => confidence),
    ...calibration(
      samples.map(({ confidence }) => confidence),
      samples.map(({ rank }) => rank === 0),
      bins,
    ),
  };
}

interface Judgement {
  /** How many classes come before the label. */
  readonly rank: number;
  readonly nll: number;
  readonly brier: number;
  readonly confidence: number;
}

function judge(row: readonly number[], label: number, sample: number): Judgement {
  if (!row.every(Number.isFinite)) {
    throw new KdError(
      'NON_FINITE',
      `logits must be finite, but row ${sample} holds ${row.find((each) => !Number.isFinite(each))}.`,
    );
  }
  requireArgument(
    label >= 0 && label < row.length,
    () => `labels must be in [0, ${row.length}), but sample ${sample} has ${label}.`,
  );
  const highest = row.reduce((a, b) => Math.max(a, b));
  const exponentials = row.map((logit) => Math.exp(logit - highest));
  const total = exponentials.reduce((sum, each) => sum + each, 0);
  const own = row[label]!;
  return {
    rank: row.filter((logit, index) => logit > own || (logit === own && index < label)).length,
    nll: Math.log(total) - (own - highest),
    brier: exponentials.reduce(
      (sum, each, index) => sum + (each / total - (index === label ? 1 : 0)) ** 2,
      0,
    ),
    confidence: 1 / total,
  };
}

function requireShapes(logits: HostTensor, labels: HostTensor): readonly [count: number, classes: number] {
  const [count, classes] = logits.shape;
  if (logits.shape.length !== 2 || count === undefined || classes === undefined) {
    throw new KdError('SHAPE_MISMATCH', `logits must be [count, classes], got ${formatShape(logits)}.`);
  }
  if (labels.shape.length !== 1 || labels.shape[0] !== count) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `labels must be [${count}], one for each row of logits ${formatShape(logits)}, got ${formatShape(labels)}.`,
    );
  }
  requireArgument(labels.dtype === 'int32', () => `labels must be int32, got ${labels.dtype}.`);
  requireArgument(count > 0, () => 'logits must have at least one sample.');
  return [count, classes];
}
