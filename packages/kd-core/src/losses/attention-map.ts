import {
  abs,
  customGrad,
  expandDims,
  type GradSaveFunc,
  mean,
  mul,
  pow,
  reshape,
  sign,
  square,
  sum,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { requireArgument } from '../errors.ts';
import { l2Normalize } from '../ops/l2-normalize.ts';
import { requireLayout } from '../shapes.ts';

export interface AttentionMapOptions {
  /** Of the absolute activations, at least 1. */
  readonly power: number;
  /** How channels are combined; 'mean' unless given. It makes a difference only below the smallest norm. */
  readonly channels?: 'mean' | 'sum';
  /** Keeps the sign of activations under odd powers, as the authors' code does; false unless given. */
  readonly signed?: boolean;
}

/**
 * Spatial attention map of a feature (Zagoruyko and Komodakis, 2017, arXiv:1612.03928, section 3.1): the mean
 * over channels of |feature|^power, flattened and divided by its Euclidean norm, at least 1e-12.
 * `feature`: [batch, height, width, channels]. Result: [batch, height * width].
 * Throws `SHAPE_MISMATCH` unless the feature has rank 4, `INVALID_ARGUMENT` for a power below 1.
 */
export function attentionMap(
  feature: Tensor,
  { power, channels = 'mean', signed = false }: AttentionMapOptions,
): Tensor2D {
  requireLayout('feature', feature, ['batch', 'height', 'width', 'channels']);
  requireArgument(
    Number.isFinite(power) && power >= 1,
    () => `power must be a finite number of at least 1, got ${power}.`,
  );
  const keepsSign = signed && power % 2 === 1;
  const powers = combinePowers(feature, power, channels, keepsSign);
  return l2Normalize(reshape(powers, [feature.shape[0]!, -1]), 'attentionMap') as Tensor2D;
}

/** Mean or sum over the last axis of |x|^power, whose derivative at 0 is 0 also for power 1, or of sign(x) |x|^power. */
function combinePowers(x: Tensor, power: number, channels: 'mean' | 'sum', keepsSign: boolean): Tensor {
  const slope = channels === 'mean' ? power / x.shape.at(-1)! : power;
  const compute = customGrad((input, saveInput) => {
    const feature = input as Tensor;
    (saveInput as GradSaveFunc)([feature]);
    const sizes = power === 2 ? square(feature) : pow(abs(feature), power);
    const powers = keepsSign ? mul(sign(feature), sizes) : sizes;
    return {
      value: channels === 'mean' ? mean(powers, -1) : sum(powers, -1),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const feature = saved[0]!;
        if (power === 2) return mul(feature, expandDims(mul(dy, slope), -1));
        const sizes = pow(abs(feature), power - 1);
        const derivative = keepsSign ? sizes : mul(sign(feature), sizes);
        return mul(derivative, expandDims(mul(dy, slope), -1));
      },
    };
  });
  return compute(x);
}
