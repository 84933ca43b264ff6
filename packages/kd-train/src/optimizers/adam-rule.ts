import { add, div, maximum, mul, type Scalar, sqrt, square, sub, type Tensor } from '@tensorflow/tfjs-core';
import { HostTensor, type HostTree, type Tree } from 'kd-core';
import { requireAboveZero, requireBelowOne } from './check-settings.ts';
import type { Optimizer } from './optimizer.ts';
import { type GroupOptions, groupSettings } from './parameter-groups.ts';
import { type UpdateRule, updateParameters } from './update-parameters.ts';
import { zerosOf } from './zeros.ts';

/** What Adam and AdamW have in common. */
export interface AdamRuleOptions extends GroupOptions {
  /** In [0, 1). Default 0.9. */
  readonly beta1?: number;
  /** In [0, 1). Default 0.999. */
  readonly beta2?: number;
  /** Added to the root of the second moment. Default 1e-8. */
  readonly epsilon?: number;
  /** Divides by the largest second moment so far. Reddi, Kale and Kumar, 2018, arXiv:1904.09237. Default false. */
  readonly amsgrad?: boolean;
}

type Moments = 'first' | 'second' | 'largestSecond';

type AdamState = Readonly<Record<Moments, Tree<Tensor>>> & {
  readonly firstCorrection: Scalar;
  readonly secondCorrection: Scalar;
};

/** Adam, whose weight decay is either a part of the gradient (`coupled`) or beside the step (`decoupled`). */
export function adamRule(
  name: string,
  decay: 'coupled' | 'decoupled',
  weightDecay: number,
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, amsgrad = false, groups }: AdamRuleOptions,
): Optimizer {
  requireBelowOne('beta1', beta1);
  requireBelowOne('beta2', beta2);
  requireAboveZero('epsilon', epsilon);
  const settings = groupSettings({ learningRateFactor: 1, weightDecay }, groups);

  return {
    name,
    describe: (params) => ({
      name,
      beta1,
      beta2,
      epsilon,
      amsgrad,
      weightDecay,
      exceptions: settings.exceptions(params),
    }),
    init: (params: HostTree): HostTree => ({
      first: zerosOf(params),
      second: zerosOf(params),
      ...(amsgrad && { largestSecond: zerosOf(params) }),
      firstCorrection: HostTensor.scalar(0),
      secondCorrection: HostTensor.scalar(0),
    }),
    update(update) {
      const { firstCorrection, secondCorrection, ...moments } = update.state as unknown as AdamState;
      // 1 - b^t obeys the recursion of a moment of constant ones; unlike 1 - pow(b, t) it loses no digits in float32.
      const firstSum = average(firstCorrection, 1, beta1);
      const secondSum = average(secondCorrection, 1, beta2);
      const rootCorrection = sqrt(secondSum);
      const result = updateParameters({
        update,
        settingsOf: settings.of,
        memories: moments,
        ruleFor({ weightDecay: strength }, learningRate): UpdateRule<Moments> {
          const stepSize = div(learningRate, firstSum);
          const penalty = decay === 'coupled' ? strength : 0;
          const kept =
            decay === 'decoupled' && strength > 0 ? sub(1, mul(learningRate, strength)) : undefined;
          return ({ param, gradient, memory }) => {
            const slope = penalty > 0 ? add(gradient, mul(param, penalty)) : gradient;
            const first = average(memory.first, slope, beta1);
            const second = average(memory.second, square(slope), beta2);
            const largestSecond = amsgrad ? maximum(memory.largestSecond, second) : second;
            const deviation = add(div(sqrt(largestSecond), rootCorrection), epsilon);
            const start = kept === undefined ? param : mul(param, kept);
            return {
              param: sub(start, mul(div(first, deviation), stepSize)),
              memory: { first, second, largestSecond },
            };
          };
        },
      });
      return {
        params: result.params,
        state: { ...result.memories, firstCorrection: firstSum, secondCorrection: secondSum },
      };
    },
  };
}

function average(moment: Tensor, value: Tensor | number, beta: number): Tensor {
  return add(mul(moment, beta), mul(value, 1 - beta));
}
