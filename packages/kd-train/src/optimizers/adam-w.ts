import { add, div, mul, type Scalar, sqrt, square, sub, type Tensor } from '@tensorflow/tfjs-core';
import { HostTensor, type HostTree, requireArgument, type Tree } from 'kd-core';
import { groupLeaves } from './leaf-groups.ts';
import type { DecayFilter, Optimizer } from './optimizer.ts';
import { zerosOf } from './zeros.ts';

export interface AdamWOptions {
  /** In [0, 1). Default 0.9. */
  readonly beta1?: number;
  /** In [0, 1). Default 0.999. */
  readonly beta2?: number;
  /** Added to the root of the second moment. Default 1e-8. */
  readonly epsilon?: number;
  /** Decoupled: `p -= learningRate * weightDecay * p`. Default 0.01. */
  readonly weightDecay?: number;
  /** Default: every parameter. */
  readonly decays?: DecayFilter;
}

interface AdamWState {
  readonly first: Tree<Tensor>;
  readonly second: Tree<Tensor>;
  readonly firstCorrection: Scalar;
  readonly secondCorrection: Scalar;
}

/**
 * Adam with decoupled weight decay and PyTorch's rules (`torch.optim.AdamW`):
 * `p -= lr * weightDecay * p; m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2;
 * p -= lr * (m / c1) / (sqrt(v / c2) + epsilon)` with `c = 1 - b^t` after `t` updates.
 * Loshchilov and Hutter, 2019, arXiv:1711.05101, algorithm 2. Throws `INVALID_ARGUMENT` for settings out of range.
 */
export function adamW({
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-8,
  weightDecay = 0.01,
  decays = () => true,
}: AdamWOptions = {}): Optimizer {
  requireArgument(beta1 >= 0 && beta1 < 1, () => `beta1 must be in [0, 1), got ${beta1}.`);
  requireArgument(beta2 >= 0 && beta2 < 1, () => `beta2 must be in [0, 1), got ${beta2}.`);
  requireArgument(
    epsilon > 0 && Number.isFinite(epsilon),
    () => `epsilon must be finite and above 0, got ${epsilon}.`,
  );
  requireArgument(
    weightDecay >= 0 && Number.isFinite(weightDecay),
    () => `weightDecay must be finite and at least 0, got ${weightDecay}.`,
  );

  return {
    name: 'adamW',
    describe: (paths) => ({
      name: 'adamW',
      beta1,
      beta2,
      epsilon,
      weightDecay,
      withoutDecay: paths.filter((path) => !decays(path)),
    }),
    init: (params: HostTree): HostTree => ({
      first: zerosOf(params),
      second: zerosOf(params),
      firstCorrection: HostTensor.scalar(0),
      secondCorrection: HostTensor.scalar(0),
    }),
    update({ params, gradients, state, learningRate, reached }) {
      const previous = state as unknown as AdamWState;
      const average = (moment: Tensor, value: Tensor | number, beta: number): Tensor =>
        add(mul(moment, beta), mul(value, 1 - beta));
      // 1 - b^t obeys the recursion of a moment of constant ones; unlike 1 - pow(b, t) it loses no digits in float32.
      const firstCorrection = average(previous.firstCorrection, 1, beta1);
      const secondCorrection = average(previous.secondCorrection, 1, beta2);
      const groups = groupLeaves(params, (path) => weightDecay > 0 && decays(path), reached);
      const slopes = groups.join(gradients);
      const first = groups
        .join(previous.first)
        .map((moment, group) => average(moment, slopes[group]!, beta1));
      const second = groups
        .join(previous.second)
        .map((moment, group) => average(moment, square(slopes[group]!), beta2));
      const stepSize = div(learningRate, firstCorrection);
      const rootCorrection = sqrt(secondCorrection);
      const shrink = sub(1, mul(learningRate, weightDecay));
      const updated = groups.join(params).map((param, group) => {
        const deviation = add(div(sqrt(second[group]!), rootCorrection), epsilon);
        const kept = groups.kinds[group] ? mul(param, shrink) : param;
        return sub(kept, mul(div(first[group]!, deviation), stepSize));
      });
      return {
        params: groups.split(updated, params),
        state: {
          first: groups.split(first, previous.first),
          second: groups.split(second, previous.second),
          firstCorrection,
          secondCorrection,
        },
      };
    },
  };
}
