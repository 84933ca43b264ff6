import { KdError, requireArgument } from '../errors.ts';
import { formatShape } from '../shapes.ts';
import type { HostTensor } from '../trees/host-tensor.ts';

/** What a classifier says of samples whose classes are known. */
export interface LabelledLogits {
  /** float32 [count, classes], unnormalised. */
  readonly logits: HostTensor;
  /** int32 [count], each in [0, classes). */
  readonly labels: HostTensor;
}

export interface LogitsSize {
  readonly count: number;
  readonly classes: number;
}

/**
 * Throws `SHAPE_MISMATCH` unless `name` is [count, classes], `INVALID_ARGUMENT` for none of either, and `NON_FINITE`, naming the
 * row, for NaN and infinite logits: no order of classes follows from them.
 */
export function requireLogits(name: string, logits: HostTensor): LogitsSize {
  const [count, classes] = logits.shape;
  if (logits.shape.length !== 2 || count === undefined || classes === undefined) {
    throw new KdError('SHAPE_MISMATCH', `${name} must be [count, classes], got ${formatShape(logits)}.`);
  }
  requireArgument(
    count > 0 && classes > 0,
    () => `${name} must have at least one sample and one class, got ${formatShape(logits)}.`,
  );
  const { data } = logits;
  for (let index = 0; index < data.length; index++) {
    if (!Number.isFinite(data[index]!)) {
      throw new KdError(
        'NON_FINITE',
        `${name} must be finite, but row ${Math.floor(index / classes)} holds ${data[index]}.`,
      );
    }
  }
  return { count, classes };
}

/**
 * Throws what `requireLogits` throws, `SHAPE_MISMATCH` unless there is a label for each row, and `INVALID_ARGUMENT`, naming the
 * sample, for a label that is no class.
 */
export function requireLabelledLogits({ logits, labels }: LabelledLogits): LogitsSize {
  const size = requireLogits('logits', logits);
  if (labels.shape.length !== 1 || labels.shape[0] !== size.count) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `labels must be [${size.count}], one for each row of logits ${formatShape(logits)}, got ${formatShape(labels)}.`,
    );
  }
  requireArgument(labels.dtype === 'int32', () => `labels must be int32, got ${labels.dtype}.`);
  labels.data.forEach((label, sample) => {
    requireArgument(
      label >= 0 && label < size.classes,
      () => `labels must be in [0, ${size.classes}), but sample ${sample} has ${label}.`,
    );
  });
  return size;
}

/** The class with the highest logit of each row, [count]; of equal ones the first. */
export function predictedClasses({ data }: HostTensor, { count, classes }: LogitsSize): Int32Array {
  const predictions = new Int32Array(count);
  for (let sample = 0; sample < count; sample++) {
    const start = sample * classes;
    let best = 0;
    for (let index = 1; index < classes; index++) {
      if (data[start + index]! > data[start + best]!) best = index;
    }
    predictions[sample] = best;
  }
  return predictions;
}

/** How many classes come before the label of each sample, [count]; of equal logits the first class comes first. */
export function labelRanks(
  { logits: { data }, labels }: LabelledLogits,
  { count, classes }: LogitsSize,
): Int32Array {
  const ranks = new Int32Array(count);
  for (let sample = 0; sample < count; sample++) {
    const start = sample * classes;
    const label = labels.data[sample]!;
    const own = data[start + label]!;
    let rank = 0;
    for (let index = 0; index < classes; index++) {
      const other = data[start + index]!;
      if (other > own || (other === own && index < label)) rank += 1;
    }
    ranks[sample] = rank;
  }
  return ranks;
}

/** Fraction of samples before whose label come fewer than `k` classes. */
export function withinTop(ranks: Int32Array, k: number): number {
  return ranks.reduce((hits, rank) => hits + (rank < k ? 1 : 0), 0) / ranks.length;
}
