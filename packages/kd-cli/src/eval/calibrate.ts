import {
  applyTemperature,
  type ClassificationMetrics,
  classificationMetrics,
  fitTemperature,
  HostTensor,
  type LabelledLogits,
  prngKey,
  randomPermutation,
} from 'kd-core';
import { UsageError } from '../cli/usage-error.ts';

/** What temperature scaling makes of a network, measured on samples that the temperature was not fitted on. */
export interface EvalCalibration {
  /** What logits are divided by. */
  readonly temperature: number;
  /** Samples that it was fitted on, drawn at random, the same ones each time. */
  readonly fittedOn: number;
  /** On all other samples, as the network is and with the temperature. */
  readonly before: ClassificationMetrics;
  readonly after: ClassificationMetrics;
}

/**
 * Fits a temperature on `share` of the samples, 0 to 1, and measures the others. Throws a `UsageError` where either part would be
 * empty, and what `fitTemperature` throws.
 */
export function calibrate(samples: LabelledLogits, share: number): EvalCalibration {
  const count = samples.labels.data.length;
  const fittedOn = Math.round(share * count);
  if (fittedOn === 0 || fittedOn === count) {
    throw new UsageError(
      `--calibrate ${share} leaves ${fittedOn} of ${count} samples to fit a temperature on and ${count - fittedOn} to measure. Both need some.`,
    );
  }
  const order = randomPermutation(prngKey(0), count);
  const { temperature } = fitTemperature(rowsOf(samples, order.subarray(0, fittedOn)));
  const rest = rowsOf(samples, order.subarray(fittedOn));
  return {
    temperature,
    fittedOn,
    before: classificationMetrics(rest),
    after: classificationMetrics({ ...rest, logits: applyTemperature(rest.logits, temperature) }),
  };
}

function rowsOf({ logits, labels }: LabelledLogits, rows: ArrayLike<number>): LabelledLogits {
  const [, classes = 0] = logits.shape;
  const chosen = new Float32Array(rows.length * classes);
  for (let place = 0; place < rows.length; place++) {
    const start = rows[place]! * classes;
    chosen.set(logits.data.subarray(start, start + classes), place * classes);
  }
  return {
    logits: new HostTensor(chosen, [rows.length, classes]),
    labels: new HostTensor(
      Int32Array.from(rows, (row) => labels.data[row]!),
      [rows.length],
    ),
  };
}
