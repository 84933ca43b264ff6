import { KdError, requireArgument } from '../errors.ts';
import { HostTensor } from '../trees/host-tensor.ts';
import {
  type LabelledLogits,
  type LogitsSize,
  predictedClasses,
  requireLabelledLogits,
} from './labelled-logits.ts';

export interface TemperatureScaling {
  /** What logits are to be divided by. Above 1 the network was too certain, below 1 not certain enough. */
  readonly temperature: number;
  /** Negative log likelihood in nats of the samples it was fitted on, at temperature 1 and at the fitted one. */
  readonly nllBefore: number;
  readonly nllAfter: number;
}

/** Relative change of the inverse temperature below which it is found. */
const TOLERANCE = 1e-9;
const MOST_STEPS = 200;
/** A slope at temperature infinity, in standard deviations of a logit, that is rounding. */
const NO_SLOPE = 1e-9;

/**
 * Temperature scaling (Guo et al., 2017, arXiv:1706.04599, section 4.2): the temperature T that minimises the negative log
 * likelihood of softmax(logits / T) on validation samples, which must not be those that the network was trained on. The likelihood
 * is convex in 1 / T, so that the minimum is the only root of its derivative: it is enclosed, and found by Newton's steps, by halves
 * where a step would leave the enclosure. Predictions do not change, as the order of logits does not.
 *
 * Throws as `classificationMetrics` does, and `INVALID_ARGUMENT` where there is no such temperature: when every label has the highest
 * logit, which no confidence is too high for, and when the logits, on the mean, do not speak for the labels, which no
 * confidence is too low for.
 */
export function fitTemperature(samples: LabelledLogits): TemperatureScaling {
  const size = requireLabelledLogits(samples);
  const predictions = predictedClasses(samples.logits, size);
  const at = likelihoodOf(samples, size, predictions);
  const { slope: slopeAtZero, curvature: curvatureAtZero } = at(0);
  if (!(slopeAtZero < -NO_SLOPE * Math.sqrt(curvatureAtZero))) {
    throw noTemperature(
      'the logits do not speak for the labels: on the mean, the logit of the label is not above that of the other classes',
    );
  }
  if (!hasMistake(samples, size, predictions)) {
    throw noTemperature(
      `all ${size.count} samples are right, so that the likelihood grows with every lower temperature; take more samples, or samples that the network was not trained on`,
    );
  }

  let [low, high] = [0, 1];
  while (at(high).slope < 0) {
    low = high;
    high *= 4;
    if (high > 1e30) throw noTemperature('the logits of right and wrong classes hardly differ');
  }
  let inverse = low === 0 ? high : (low + high) / 2;
  for (let step = 0; step < MOST_STEPS && high - low > TOLERANCE * high; step++) {
    const { slope, curvature } = at(inverse);
    if (slope === 0) break;
    if (slope < 0) low = inverse;
    else high = inverse;
    const newton = inverse - slope / curvature;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    const moved = Math.abs(next - inverse);
    inverse = next;
    if (moved <= TOLERANCE * inverse) break;
  }
  return { temperature: 1 / inverse, nllBefore: at(1).nll, nllAfter: at(inverse).nll };
}

/** `logits` [..] divided by `temperature`, which must be finite and above 0: what a fitted temperature is used for. */
export function applyTemperature(logits: HostTensor, temperature: number): HostTensor {
  requireArgument(
    Number.isFinite(temperature) && temperature > 0,
    () => `temperature must be finite and above 0, got ${temperature}.`,
  );
  return new HostTensor(
    Float32Array.from(logits.data, (logit) => logit / temperature),
    logits.shape,
  );
}

interface Likelihood {
  /** Mean over samples, at an inverse temperature. */
  readonly nll: number;
  /** Its first and second derivative by the inverse temperature. */
  readonly slope: number;
  readonly curvature: number;
}

/** `predictions` are the classes with the highest logits, from which exponents are counted, so that none overflows. */
function likelihoodOf(
  { logits: { data }, labels }: LabelledLogits,
  { count, classes }: LogitsSize,
  predictions: Int32Array,
): (inverse: number) => Likelihood {
  return (inverse) => {
    let [nll, slope, curvature] = [0, 0, 0];
    for (let sample = 0; sample < count; sample++) {
      const start = sample * classes;
      const highest = data[start + predictions[sample]!]!;
      let [total, first, second] = [0, 0, 0];
      for (let index = start; index < start + classes; index++) {
        const distance = data[index]! - highest;
        const weight = Math.exp(inverse * distance);
        total += weight;
        first += weight * distance;
        second += weight * distance * distance;
      }
      const mean = first / total;
      const own = data[start + labels.data[sample]!]! - highest;
      nll += Math.log(total) - inverse * own;
      slope += mean - own;
      curvature += second / total - mean * mean;
    }
    return { nll: nll / count, slope: slope / count, curvature: curvature / count };
  };
}

function hasMistake(
  { logits: { data }, labels }: LabelledLogits,
  { classes }: LogitsSize,
  predictions: Int32Array,
): boolean {
  return predictions.some(
    (prediction, sample) =>
      data[sample * classes + prediction]! > data[sample * classes + labels.data[sample]!]!,
  );
}

function noTemperature(reason: string): KdError {
  return new KdError('INVALID_ARGUMENT', `No temperature fits best: ${reason}.`);
}
