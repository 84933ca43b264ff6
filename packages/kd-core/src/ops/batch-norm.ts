import {
  add,
  batchNorm,
  concat,
  type GradSaveFunc,
  keep,
  mean as meanOf,
  mul,
  rsqrt,
  split,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  tensor1d,
} from '@tensorflow/tfjs-core';
import { KdError, requireArgument } from '../errors.ts';
import { firstOrderGrad } from './first-order-grad.ts';

export interface BatchStatistics {
  /** [channels] */
  readonly mean: Tensor1D;
  /** [channels] */
  readonly variance: Tensor1D;
}

export interface BatchNormTrainingOptions {
  /** [..., channels], at least rank 2; every axis but the last is reduced. */
  readonly x: Tensor;
  /** [channels] */
  readonly scale: Tensor1D;
  /** [channels] */
  readonly offset: Tensor1D;
  /** Added to the variance; PyTorch's default is 1e-5. */
  readonly epsilon: number;
}

/**
 * Batch normalisation by the statistics of the batch (Ioffe and Szegedy, 2015, arXiv:1502.03167, algorithm 1).
 * `variance` is the biased one. No gradient flows through the returned statistics; the gradient of `y`
 * takes into account that they depend on `x`, in closed form:
 * dx = scale / deviation * (dy - mean(dy) - normalised * mean(dy * normalised)).
 * Throws `SHAPE_MISMATCH` when `scale` or `offset` is not [channels].
 */
export function batchNormTraining(
  options: BatchNormTrainingOptions,
): { readonly y: Tensor } & BatchStatistics {
  const { x, scale, offset, epsilon } = options;
  requireChannelVectors(x, { scale, offset });
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  const count = x.size / x.shape.at(-1)!;
  let statistics: BatchStatistics | undefined;

  const normalise = firstOrderGrad('batchNormTraining', (xInput, scaleInput, offsetInput, saveInput) => {
    const [input, gain, shift, save] = [
      xInput as Tensor,
      scaleInput as Tensor,
      offsetInput as Tensor,
      saveInput as GradSaveFunc,
    ];
    const mean = meanOf<Tensor1D>(input, axes);
    const centred = sub(input, mean);
    const variance = meanOf<Tensor1D>(square(centred), axes);
    const inverseDeviation = rsqrt(add(variance, epsilon));
    const slope = mul(gain, inverseDeviation);
    // Computed once for both purposes; kept, because the op's own scope would dispose of them.
    statistics = { mean: keep(mean), variance: keep(variance) };
    save([centred, inverseDeviation, slope]);
    return {
      value: add(mul(centred, slope), shift),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [centred, inverseDeviation, slope] = saved as [Tensor, Tensor, Tensor];
        const offsetGradient = sum(dy, axes);
        const scaleGradient = mul(sum(mul(dy, centred), axes), inverseDeviation);
        // The rest of dx, an affine function of `centred` with one coefficient a channel.
        const share = mul(slope, -1 / count);
        const correctionSlope = mul(mul(share, inverseDeviation), scaleGradient);
        const correctionOffset = mul(share, offsetGradient);
        const correction = add(mul(centred, correctionSlope), correctionOffset);
        return [add(mul(dy, slope), correction), scaleGradient, offsetGradient];
      },
    };
  });

  const y = normalise(x, scale, offset);
  // Copies belong to the caller's scope again, and are not on the tape.
  const [mean, variance] = [statistics!.mean.clone(), statistics!.variance.clone()];
  statistics!.mean.dispose();
  statistics!.variance.dispose();
  return { y, mean, variance };
}

export interface BatchNormInferenceOptions extends BatchNormTrainingOptions, BatchStatistics {}

/**
 * Batch normalisation by given statistics: (x - mean) / sqrt(variance + epsilon) * scale + offset.
 * Throws `SHAPE_MISMATCH` when a vector is not [channels].
 */
export function batchNormInference(options: BatchNormInferenceOptions): Tensor {
  const { x, mean, variance, scale, offset, epsilon } = options;
  requireChannelVectors(x, { mean, variance, scale, offset });
  return batchNorm(x as Tensor4D, mean, variance, offset, scale, epsilon);
}

export interface RunningStatisticsOptions extends BatchStatistics {
  /** The running statistics so far. */
  readonly state: BatchStatistics;
  /** How many values of each channel `mean` and `variance` (biased) were computed from. */
  readonly count: number;
  /** Weight of the new batch, in [0, 1]; PyTorch's default is 0.1. */
  readonly momentum: number;
}

/**
 * Running statistics after a batch, as PyTorch keeps them: (1 - momentum) * old + momentum * new, with the
 * unbiased variance. Throws `INVALID_ARGUMENT` for fewer than two values a channel, which have no variance.
 */
export function updateRunningStatistics(options: RunningStatisticsOptions): BatchStatistics {
  return updateAllRunningStatistics([options])[0]!;
}

/**
 * `updateRunningStatistics` of several layers in one: their vectors are joined, because an operator on one number a
 * channel takes longer to start than to run.
 */
export function updateAllRunningStatistics(layers: readonly RunningStatisticsOptions[]): BatchStatistics[] {
  for (const layer of layers) requireRunningStatistics(layer);
  if (layers.length === 0) return [];
  const joined = (pairs: readonly BatchStatistics[]): Tensor1D =>
    concat(pairs.flatMap(({ mean, variance }) => [mean, variance]));
  const sizes = layers.flatMap(({ mean, variance }) => [mean.size, variance.size]);
  const keptWeights = layers.flatMap(({ momentum }) => [1 - momentum, 1 - momentum]);
  const newWeights = layers.flatMap(({ momentum, count }) => [momentum, (momentum * count) / (count - 1)]);
  const old = mul(joined(layers.map(({ state }) => state)), repeated(keptWeights, sizes));
  const updated = split(add(old, mul(joined(layers), repeated(newWeights, sizes))), sizes);
  return layers.map((_, layer) => ({
    mean: updated[2 * layer] as Tensor1D,
    variance: updated[2 * layer + 1] as Tensor1D,
  }));
}

/** `values[i]` repeated `sizes[i]` times. */
function repeated(values: readonly number[], sizes: readonly number[]): Tensor1D {
  return tensor1d(values.flatMap((value, index) => new Array<number>(sizes[index]!).fill(value)));
}

function requireRunningStatistics({ count, momentum }: RunningStatisticsOptions): void {
  requireArgument(
    Number.isInteger(count) && count >= 2,
    () =>
      `Batch statistics need at least two values for each channel, got ${count}. Use a larger batch, or drop the last short one.`,
  );
  requireArgument(momentum >= 0 && momentum <= 1, () => `momentum must be in [0, 1], got ${momentum}.`);
}

function requireChannelVectors(x: Tensor, vectors: Readonly<Record<string, Tensor>>): void {
  const channels = x.shape.at(-1);
  if (x.rank < 2) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `x must be [..., channels] of rank 2 or more, got [${x.shape.join(', ')}].`,
    );
  }
  for (const [name, vector] of Object.entries(vectors)) {
    if (vector.rank === 1 && vector.shape[0] === channels) continue;
    throw new KdError(
      'SHAPE_MISMATCH',
      `${name} must be [${channels}], one value for each channel of x [${x.shape.join(', ')}], got [${vector.shape.join(', ')}].`,
    );
  }
}
