import { KdError } from '../errors.ts';
import { formatShape } from '../shapes.ts';
import { HostTensor } from '../trees/host-tensor.ts';
import { type LabelledLogits, predictedClasses, requireLabelledLogits } from './labelled-logits.ts';

/**
 * How often each class is taken for each: int32 [classes, classes], rows by label, columns by prediction. The sum of all is the
 * number of samples, that of the diagonal the number of right predictions. Of equal logits the first class is predicted.
 * Throws as `classificationMetrics` does.
 */
export function confusionMatrix(samples: LabelledLogits): HostTensor {
  const size = requireLabelledLogits(samples);
  const { classes } = size;
  const counts = new Int32Array(classes * classes);
  predictedClasses(samples.logits, size).forEach((prediction, sample) => {
    counts[samples.labels.data[sample]! * classes + prediction]! += 1;
  });
  return new HostTensor(counts, [classes, classes]);
}

/** What a confusion matrix says of one class. */
export interface ClassMetrics {
  /** Samples with this label. */
  readonly count: number;
  /** Samples that were taken for it. */
  readonly predicted: number;
  /** Samples with this label that were taken for it. */
  readonly correct: number;
  /** Fraction of its samples that are right, also called recall; NaN without samples. */
  readonly accuracy: number;
  /** Fraction right of what was taken for it; NaN where nothing was. */
  readonly precision: number;
}

/**
 * One entry a class, in the order of classes. Accuracies, weighted by `count`, add up to the top-1 accuracy. Throws
 * `SHAPE_MISMATCH` unless `confusion` is [classes, classes].
 */
export function classMetrics(confusion: HostTensor): ClassMetrics[] {
  const [classes = 0, columns] = confusion.shape;
  if (confusion.shape.length !== 2 || classes !== columns) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `confusion must be [classes, classes], as confusionMatrix gives it, got ${formatShape(confusion)}.`,
    );
  }
  const sum = (start: number, stride: number): number => {
    let total = 0;
    for (let index = 0; index < classes; index++) total += confusion.data[start + index * stride]!;
    return total;
  };
  return Array.from({ length: classes }, (_, index) => {
    const correct = confusion.data[index * classes + index]!;
    const count = sum(index * classes, 1);
    const predicted = sum(index, classes);
    return { count, predicted, correct, accuracy: correct / count, precision: correct / predicted };
  });
}
