import { add, mul, sub, type Tensor } from '@tensorflow/tfjs-core';
import { type HostTree, requireArgument, type Tree } from 'kd-core';
import { groupLeaves } from './leaf-groups.ts';
import type { DecayFilter, Optimizer } from './optimizer.ts';
import { zerosOf } from './zeros.ts';

export interface SgdOptions {
  /** In [0, 1). Default 0. */
  readonly momentum?: number;
  /** Steps along `g + momentum * v` instead of `v`. Default false; needs momentum. */
  readonly nesterov?: boolean;
  /** L2 penalty: `weightDecay * p` is added to the gradient. Default 0. */
  readonly weightDecay?: number;
  /** Default: every parameter, batch norm and biases included, as in the reference recipes. */
  readonly decays?: DecayFilter;
}

/**
 * Stochastic gradient descent with PyTorch's rules (`torch.optim.SGD`, no dampening):
 * `g += weightDecay * p; v = momentum * v + g; p -= learningRate * v`, or with Nesterov's momentum
 * `p -= learningRate * (g + momentum * v)`. `v` starts at 0, which equals PyTorch's start at the first gradient.
 * State: `v`, one tensor a parameter; empty without momentum.
 * Sutskever, Martens, Dahl and Hinton, 2013. Throws `INVALID_ARGUMENT` for settings out of range.
 */
export function sgd({
  momentum = 0,
  nesterov = false,
  weightDecay = 0,
  decays = () => true,
}: SgdOptions = {}): Optimizer {
  requireArgument(momentum >= 0 && momentum < 1, () => `momentum must be in [0, 1), got ${momentum}.`);
  requireArgument(
    weightDecay >= 0 && Number.isFinite(weightDecay),
    () => `weightDecay must be finite and at least 0, got ${weightDecay}.`,
  );
  requireArgument(!nesterov || momentum > 0, () => 'nesterov needs a momentum above 0, such as 0.9.');

  return {
    name: 'sgd',
    describe: (paths) => ({
      name: 'sgd',
      momentum,
      nesterov,
      weightDecay,
      withoutDecay: paths.filter((path) => !decays(path)),
    }),
    init: (params: HostTree): HostTree => (momentum > 0 ? zerosOf(params) : {}),
    update({ params, gradients, state, learningRate, reached }) {
      const groups = groupLeaves(params, (path) => weightDecay > 0 && decays(path), reached);
      const current = groups.join(params);
      const withDecay = groups
        .join(gradients)
        .map((gradient, group) =>
          groups.kinds[group] ? add(gradient, mul(current[group]!, weightDecay)) : gradient,
        );
      const descend = (directions: readonly Tensor[]): Tree<Tensor> =>
        groups.split(
          directions.map((direction, group) => sub(current[group]!, mul(direction, learningRate))),
          params,
        );
      if (momentum === 0) return { params: descend(withDecay), state };
      const velocity = groups.join(state).map((v, group) => add(mul(v, momentum), withDecay[group]!));
      const directions = nesterov
        ? withDecay.map((gradient, group) => add(gradient, mul(velocity[group]!, momentum)))
        : velocity;
      return { params: descend(directions), state: groups.split(velocity, state) };
    },
  };
}
