import { randomBits, requireArgument } from 'kd-core';
import { describedSampler, type Sampler, type WeightedOptions } from './sampler.ts';

/** What a draw is divided by to be in [0, 1): the number of values that it can have. */
const draws = 2 ** 53;

/**
 * Draws each sample with a probability in proportion to its weight, with replacement: a sample may come several times in an
 * epoch, even in a batch, and one of weight 0 never does. Each time in an epoch it is shown in the same way, since what transforms draw depends on
 * sample and epoch.
 * Throws `INVALID_ARGUMENT` for a length that is no positive integer, and when it is given data for weights that are not finite, negative, all
 * 0, or not one for each sample.
 */
export function weighted(options: WeightedOptions): Sampler {
  const { weights, length } = options;
  requireArgument(
    length === undefined || (Number.isInteger(length) && length > 0),
    () => `length must be a positive integer, got ${length}.`,
  );
  return describedSampler({ name: 'weighted', options }, ({ name, labels }) => {
    requireArgument(
      weights.length === labels.length,
      () => `There are ${weights.length} weights for the ${labels.length} samples of data set '${name}'.`,
    );
    const bounds = cumulated(weights, name);
    const total = bounds[bounds.length - 1]!;
    const count = length ?? labels.length;
    return {
      length: count,
      positions(key) {
        const words = randomBits(key, 2 * count);
        return Int32Array.from({ length: count }, (_, draw) => {
          const high = words[2 * draw]! >>> 5;
          const low = words[2 * draw + 1]! >>> 6;
          return firstAbove(bounds, ((high * 2 ** 26 + low) / draws) * total);
        });
      },
    };
  });
}

/** Sums of the weights up to each sample, itself included. */
function cumulated(weights: ArrayLike<number>, name: string): Float64Array {
  const bounds = new Float64Array(weights.length);
  let sum = 0;
  for (let sample = 0; sample < weights.length; sample++) {
    const weight = weights[sample]!;
    requireArgument(
      Number.isFinite(weight) && weight >= 0,
      () => `The weight of sample ${sample} of data set '${name}' must be 0 or more, got ${weight}.`,
    );
    sum += weight;
    bounds[sample] = sum;
  }
  requireArgument(
    sum > 0 && Number.isFinite(sum),
    () => `The weights of data set '${name}' add up to ${sum}: some must be above 0.`,
  );
  return bounds;
}

/** The place of the first of rising `bounds` that is above `value`. */
function firstAbove(bounds: Float64Array, value: number): number {
  let low = 0;
  let high = bounds.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (bounds[middle]! > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
