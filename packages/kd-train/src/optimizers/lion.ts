import { add, mul, sign, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { HostTree, Tree } from 'kd-core';
import { requireBelowOne } from './check-settings.ts';
import type { Optimizer } from './optimizer.ts';
import { type GroupOptions, groupSettings } from './parameter-groups.ts';
import { type UpdateRule, updateParameters } from './update-parameters.ts';
import { zerosOf } from './zeros.ts';

export interface LionOptions extends GroupOptions {
  /** Share of the momentum in the direction, in [0, 1). Default 0.9. */
  readonly beta1?: number;
  /** Share of the old in the momentum, in [0, 1). Default 0.99. */
  readonly beta2?: number;
  /** Decoupled: `p -= learningRate * weightDecay * p`. Default 0. */
  readonly weightDecay?: number;
}

/**
 * Lion: `p -= lr * (sign(b1 m + (1 - b1) g) + weightDecay * p); m = b2 m + (1 - b2) g`. Every parameter moves by the learning rate,
 * whatever its gradient, so that the paper takes a rate 3 to 10 times smaller than AdamW's, and a weight decay larger by as much.
 * State: `momentum`, one tensor a parameter. Chen et al., "Symbolic discovery of optimization algorithms", 2023, arXiv:2302.06675,
 * algorithm 2. Throws `INVALID_ARGUMENT` for settings out of range.
 */
export function lion({ beta1 = 0.9, beta2 = 0.99, weightDecay = 0, groups }: LionOptions = {}): Optimizer {
  requireBelowOne('beta1', beta1);
  requireBelowOne('beta2', beta2);
  const settings = groupSettings({ learningRateFactor: 1, weightDecay }, groups);

  return {
    name: 'lion',
    describe: (params) => ({
      name: 'lion',
      beta1,
      beta2,
      weightDecay,
      exceptions: settings.exceptions(params),
    }),
    init: (params: HostTree): HostTree => ({ momentum: zerosOf(params) }),
    update(update) {
      const { params, memories } = updateParameters({
        update,
        settingsOf: settings.of,
        memories: update.state as { readonly momentum: Tree<Tensor> },
        ruleFor({ weightDecay: strength }, learningRate): UpdateRule<'momentum'> {
          const kept = strength > 0 ? sub(1, mul(learningRate, strength)) : undefined;
          return ({ param, gradient, memory: { momentum } }) => {
            const direction = sign(average(momentum, gradient, beta1));
            const start = kept === undefined ? param : mul(param, kept);
            return {
              param: sub(start, mul(direction, learningRate)),
              memory: { momentum: average(momentum, gradient, beta2) },
            };
          };
        },
      });
      return { params, state: memories };
    },
  };
}

function average(momentum: Tensor, gradient: Tensor, beta: number): Tensor {
  return add(mul(momentum, beta), mul(gradient, 1 - beta));
}
