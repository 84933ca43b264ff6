import {
  add,
  cast,
  div,
  greater,
  logicalAnd,
  mul,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  where,
} from '@tensorflow/tfjs-core';
import { type HostTree, requireArgument, type Tree } from 'kd-core';
import { requireAboveZero, requireAtLeastZero, requireBelowOne } from './check-settings.ts';
import type { Optimizer } from './optimizer.ts';
import { type GroupOptions, groupSettings, type ParameterSettings } from './parameter-groups.ts';
import { type UpdateRule, updateParameters } from './update-parameters.ts';
import { zerosOf } from './zeros.ts';

export interface LarsSettings extends ParameterSettings {
  /** Whether the gradient is scaled by the trust ratio; without it the rule is that of `sgd`. Default true. */
  readonly adaptive: boolean;
}

export interface LarsOptions extends GroupOptions<LarsSettings> {
  /** In [0, 1). Default 0.9. */
  readonly momentum?: number;
  /** Steps along `g + momentum * v` instead of `v`. Default false; needs momentum. */
  readonly nesterov?: boolean;
  /** L2 penalty: `weightDecay * p` is added to the gradient. Default 0. */
  readonly weightDecay?: number;
  /** Above 0. Default 0.001. */
  readonly trustCoefficient?: number;
  /** Added to the denominator of the ratio, at least 0. Default 1e-8. */
  readonly epsilon?: number;
}

/**
 * Layer-wise adaptive rate scaling, for large batches: `ratio = trustCoefficient * |p| / (|g| + weightDecay * |p| + epsilon);
 * v = momentum * v + ratio * (g + weightDecay * p); p -= learningRate * v`, with the L2 norms of each parameter tensor.
 * Where either norm is 0 the gradient goes in as it is. You, Gitman and Ginsburg, 2017, arXiv:1708.03888, equation 6 and algorithm 1;
 * the learning rate stands outside of the velocity and the epsilon in the ratio as in NVIDIA Apex (`LARC` around SGD, `clip=False`),
 * which PyTorch Lightning Bolts and Lightly follow. These two also take every parameter without weight decay out of the scaling, as
 * recipes do with norms and biases: `groups: [{ match: normsAndBiases, weightDecay: 0, adaptive: false }]`.
 * State: `velocity`, one tensor a parameter; empty without momentum. Throws `INVALID_ARGUMENT` for settings out of range.
 */
export function lars({
  momentum = 0.9,
  nesterov = false,
  weightDecay = 0,
  trustCoefficient = 0.001,
  epsilon = 1e-8,
  groups,
}: LarsOptions = {}): Optimizer {
  requireBelowOne('momentum', momentum);
  requireArgument(!nesterov || momentum > 0, () => 'nesterov needs a momentum above 0, such as 0.9.');
  requireAboveZero('trustCoefficient', trustCoefficient);
  requireAtLeastZero('epsilon', epsilon);
  const settings = groupSettings<LarsSettings>(
    { learningRateFactor: 1, weightDecay, adaptive: true },
    groups,
  );

  const scaledSlope = (param: Tensor, gradient: Tensor, strength: number): Tensor => {
    const [paramNorm, gradientNorm] = [norm(param), norm(gradient)];
    const hasRatio = logicalAnd(greater(paramNorm, 0), greater(gradientNorm, 0));
    const denominator = add(add(gradientNorm, mul(paramNorm, strength)), epsilon);
    const ratio = where(hasRatio, div(mul(paramNorm, trustCoefficient), denominator), 1);
    const slope =
      strength > 0 ? add(gradient, mul(param, mul(cast(hasRatio, 'float32'), strength))) : gradient;
    return mul(slope, ratio);
  };

  return {
    name: 'lars',
    describe: (params) => ({
      name: 'lars',
      momentum,
      nesterov,
      weightDecay,
      trustCoefficient,
      epsilon,
      exceptions: settings.exceptions(params),
    }),
    init: (params: HostTree): HostTree => (momentum > 0 ? { velocity: zerosOf(params) } : {}),
    update(update) {
      const { params, memories } = updateParameters({
        update,
        settingsOf(path, shape) {
          const own = settings.of(path, shape);
          return own.adaptive ? { ...own } : own;
        },
        memories: update.state as { readonly velocity: Tree<Tensor> },
        ruleFor({ weightDecay: strength, adaptive }, learningRate): UpdateRule<'velocity'> {
          return ({ param, gradient, memory }) => {
            const slope = adaptive
              ? scaledSlope(param, gradient, strength)
              : strength > 0
                ? add(gradient, mul(param, strength))
                : gradient;
            if (momentum === 0) return { param: sub(param, mul(slope, learningRate)), memory };
            const velocity = add(mul(memory.velocity, momentum), slope);
            const direction = nesterov ? add(slope, mul(velocity, momentum)) : velocity;
            return { param: sub(param, mul(direction, learningRate)), memory: { velocity } };
          };
        },
      });
      return { params, state: memories };
    },
  };
}

function norm(tensor: Tensor): Tensor {
  return sqrt(sum(square(tensor)));
}
