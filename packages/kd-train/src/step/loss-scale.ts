import {
  add,
  greaterEqual,
  lessEqual,
  logicalAnd,
  maximum,
  mul,
  type Scalar,
  scalar,
  type Tensor,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { HostTensor, type HostTree, requireArgument, type Tree } from 'kd-core';
import type { ConfigValue } from '../hash.ts';

/**
 * A factor on the loss while its gradient is computed, which keeps small gradients above the smallest number of float16
 * (6e-8). The optimiser gets the gradient without it. Micikevicius et al., 2018, arXiv:1710.03740, section 3.2.
 */
export interface LossScale {
  /** The settings as data; compared when a run is resumed. */
  describe(): ConfigValue;
  /** What it remembers from step to step, as part of the training state; undefined when that is nothing. */
  init(): HostTree | undefined;
  /** This step's factor. */
  factor(state: Tree<Tensor> | undefined): Scalar;
  /**
   * The state after a step. `finite` is a bool scalar: whether every gradient is finite. Undefined for a scale that
   * does not change: steps are then never skipped.
   */
  next?(state: Tree<Tensor>, finite: Scalar): Tree<Tensor>;
}

/** The same factor in every step. Throws `INVALID_ARGUMENT` unless it is finite and above 0. */
export function staticLossScale(factor: number): LossScale {
  requireFactor('lossScale', factor);
  return {
    describe: () => ({ kind: 'static', factor }),
    init: () => undefined,
    factor: () => scalar(factor),
  };
}

export interface DynamicLossScaleOptions {
  /** The first factor, at least 1. Default 65536. */
  readonly initial?: number;
  /** Steps with finite gradients after which the factor doubles. Default 2000. */
  readonly growthInterval?: number;
}

/** The smallest factor that a dynamic scale falls to: what overflows without scaling is not the scale's fault. */
export const SMALLEST_FACTOR = 1;

interface DynamicState {
  readonly factor: Scalar;
  /** Steps with finite gradients since the factor last changed. */
  readonly goodSteps: Scalar;
}

/**
 * A factor as large as the gradients allow: it halves, and the step changes nothing else, when a gradient is infinite or
 * NaN, and doubles after `growthInterval` steps without that. PyTorch's `GradScaler` has the same rules and defaults.
 * Throws `INVALID_ARGUMENT` for settings out of range.
 */
export function dynamicLossScale({
  initial = 65536,
  growthInterval = 2000,
}: DynamicLossScaleOptions = {}): LossScale {
  requireFactor('initial', initial);
  requireArgument(
    initial >= SMALLEST_FACTOR,
    () => `initial must be at least ${SMALLEST_FACTOR}, got ${initial}.`,
  );
  requireArgument(
    Number.isInteger(growthInterval) && growthInterval >= 1,
    () => `growthInterval must be a positive integer, got ${growthInterval}.`,
  );
  return {
    describe: () => ({ kind: 'dynamic', initial, growthInterval }),
    init: () => ({ factor: HostTensor.scalar(initial), goodSteps: HostTensor.scalar(0) }),
    factor: (state) => (state as unknown as DynamicState).factor,
    next(state, finite) {
      const { factor, goodSteps } = state as unknown as DynamicState;
      const counted = add(goodSteps, 1);
      const doubled = mul(factor, 2);
      const grows = logicalAnd(greaterEqual(counted, growthInterval), isFiniteScalar(doubled));
      return {
        factor: where(finite, where(grows, doubled, factor), maximum(mul(factor, 0.5), SMALLEST_FACTOR)),
        goodSteps: where(
          logicalAnd(finite, lessEqual(counted, growthInterval - 1)),
          counted,
          zerosLike(counted),
        ),
      };
    },
  };
}

export function toLossScale(lossScale: number | LossScale): LossScale {
  return typeof lossScale === 'number' ? staticLossScale(lossScale) : lossScale;
}

const LARGEST_FLOAT32 = 3.4028234663852886e38;

/** False for infinities and NaN, as a bool scalar. */
export function isFiniteScalar(value: Tensor): Scalar {
  return lessEqual(value, LARGEST_FLOAT32);
}

function requireFactor(name: string, factor: number): void {
  requireArgument(
    factor > 0 && factor <= LARGEST_FLOAT32,
    () => `${name} must be finite and above 0, got ${factor}.`,
  );
}
