import { add, div, maximum, minimum, mul, neg, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { requireArgument, type Tree, treeMap } from 'kd-core';
import { bounded } from '../schedules/bounded.ts';
import type { Schedule } from '../schedules/schedule.ts';

/** A limit on the gradient before the optimiser sees it; above 0, a number or a schedule. */
export type GradientClippingOptions =
  /** On the L2 norm over all trained parameters: a longer gradient is shortened to it. Pascanu et al., 2013, arXiv:1211.5063. */
  | { readonly norm: number | Schedule }
  /** On the absolute value of every element. */
  | { readonly value: number | Schedule };

export interface GradientClipping {
  readonly by: 'norm' | 'value';
  readonly limit: Schedule;
}

/** Throws `INVALID_ARGUMENT` unless there is exactly one limit, above 0. */
export function toGradientClipping(options: GradientClippingOptions): GradientClipping {
  const { norm, value } = options as { norm?: number | Schedule; value?: number | Schedule };
  requireArgument(
    (norm === undefined) !== (value === undefined),
    () => 'gradientClipping takes either norm or value, a limit above 0.',
  );
  return norm === undefined
    ? { by: 'value', limit: bounded(value!, 'gradientClipping.value', { above: 0 }) }
    : { by: 'norm', limit: bounded(norm, 'gradientClipping.norm', { above: 0 }) };
}

/** Keeps the quotient finite for a gradient of zeros; that of `torch.nn.utils.clip_grad_norm_`. */
const EPSILON = 1e-6;

/** `gradient` within `limit`, as `clip_grad_norm_` and `clip_grad_value_` of PyTorch make it; `norm` is its own norm. */
export function clipGradient<T extends Tree<Tensor>>(
  gradient: T,
  { by, limit, norm }: { readonly by: GradientClipping['by']; readonly limit: Scalar; readonly norm: Scalar },
): T {
  if (by === 'value') {
    const lowest = neg(limit);
    return treeMap<Tensor, Tensor>(gradient, (leaf) => maximum(minimum(leaf, limit), lowest)) as T;
  }
  const factor = minimum(div(limit, add(norm, EPSILON)), 1);
  return treeMap<Tensor, Tensor>(gradient, (leaf) => mul(leaf, factor)) as T;
}
