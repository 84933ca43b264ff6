import { add, mul, onesLike, sub, type Tensor } from '@tensorflow/tfjs-core';
import { HostTensor, type HostTree, requireArgument, type Tree } from 'kd-core';
import { requireAtLeastZero, requireBelowOne } from './check-settings.ts';
import type { Optimizer } from './optimizer.ts';
import { type GroupOptions, groupSettings } from './parameter-groups.ts';
import { type UpdateRule, updateParameters } from './update-parameters.ts';
import { zerosOf } from './zeros.ts';

export interface SgdOptions extends GroupOptions {
  /** In [0, 1). Default 0. */
  readonly momentum?: number;
  /** How much of each gradient but the first is kept out of the velocity, in [0, 1]; needs momentum. Default 0. */
  readonly dampening?: number;
  /** Steps along `g + momentum * v` instead of `v`. Default false; needs momentum, and no dampening. */
  readonly nesterov?: boolean;
  /** Of every parameter, batch norm and biases included, as in the reference recipes; `groups` leave some out. Default 0. */
  readonly weightDecay?: number;
  /**
   * `'coupled'` (default): an L2 penalty, `weightDecay * p` is added to the gradient. `'decoupled'`: `p -= learningRate * weightDecay * p`
   * beside the step, which the velocity does not see; Loshchilov and Hutter, 2019, arXiv:1711.05101, algorithm 1 (SGDW).
   */
  readonly decay?: 'coupled' | 'decoupled';
}

type SgdState = { readonly velocity: Tree<Tensor>; readonly started?: Tensor };

/**
 * Stochastic gradient descent with PyTorch's rules (`torch.optim.SGD`):
 * `g += weightDecay * p; v = momentum * v + (1 - dampening) * g; p -= learningRate * v`, or with Nesterov's momentum
 * `p -= learningRate * (g + momentum * v)`. The first velocity is the first gradient, whatever the dampening.
 * State: `velocity`, one tensor a parameter, and with dampening whether it has `started`; empty without momentum.
 * Sutskever, Martens, Dahl and Hinton, 2013. Throws `INVALID_ARGUMENT` for settings out of range.
 */
export function sgd({
  momentum = 0,
  dampening = 0,
  nesterov = false,
  weightDecay = 0,
  decay = 'coupled',
  groups,
}: SgdOptions = {}): Optimizer {
  requireBelowOne('momentum', momentum);
  requireAtLeastZero('dampening', dampening);
  requireArgument(dampening <= 1, () => `dampening must be at most 1, got ${dampening}.`);
  requireArgument(dampening === 0 || momentum > 0, () => 'dampening needs a momentum above 0, such as 0.9.');
  requireArgument(!nesterov || momentum > 0, () => 'nesterov needs a momentum above 0, such as 0.9.');
  requireArgument(!nesterov || dampening === 0, () => `nesterov needs a dampening of 0, got ${dampening}.`);
  requireArgument(
    decay === 'coupled' || decay === 'decoupled',
    () => `decay must be 'coupled' or 'decoupled', got '${String(decay)}'.`,
  );
  const settings = groupSettings({ learningRateFactor: 1, weightDecay }, groups);

  return {
    name: 'sgd',
    describe: (params) => ({
      name: 'sgd',
      momentum,
      dampening,
      nesterov,
      weightDecay,
      decay,
      exceptions: settings.exceptions(params),
    }),
    init: (params: HostTree): HostTree =>
      momentum === 0
        ? {}
        : { velocity: zerosOf(params), ...(dampening > 0 && { started: HostTensor.scalar(0) }) },
    update(update) {
      const { velocity, started } = update.state as Partial<SgdState>;
      const share = started && sub(1, mul(started, dampening));
      const result = updateParameters({
        update,
        settingsOf: settings.of,
        memories: (velocity === undefined ? {} : { velocity }) as { readonly velocity: Tree<Tensor> },
        ruleFor({ weightDecay: strength }, learningRate): UpdateRule<'velocity'> {
          const penalty = decay === 'coupled' ? strength : 0;
          const kept =
            decay === 'decoupled' && strength > 0 ? sub(1, mul(learningRate, strength)) : undefined;
          return ({ param, gradient, memory }) => {
            const slope = penalty > 0 ? add(gradient, mul(param, penalty)) : gradient;
            const start = kept === undefined ? param : mul(param, kept);
            if (velocity === undefined) return { param: sub(start, mul(slope, learningRate)), memory };
            const next = add(mul(memory.velocity, momentum), share === undefined ? slope : mul(slope, share));
            const direction = nesterov ? add(slope, mul(next, momentum)) : next;
            return { param: sub(start, mul(direction, learningRate)), memory: { velocity: next } };
          };
        },
      });
      return {
        params: result.params,
        state: { ...result.memories, ...(started && { started: onesLike(started) }) },
      };
    },
  };
}
