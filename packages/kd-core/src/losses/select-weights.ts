import {
  cast,
  div,
  greaterEqual,
  logicalOr,
  max,
  mul,
  slice,
  sum,
  type Tensor,
  topk,
} from '@tensorflow/tfjs-core';
import { requireArgument } from '../errors.ts';
import { detach } from '../ops/detach.ts';

/**
 * Which entries of a distribution are kept. `threshold`: those of at least `share` times the uniform weight, so that a share of 0
 * keeps all; the largest stays in any case. `topk`: the `count` largest, and what equals the last of them. `none`: no selection.
 */
export type WeightSelection =
  | { readonly type: 'none' }
  | { readonly type: 'threshold'; readonly share: number }
  | { readonly type: 'topk'; readonly count: number };

/**
 * `weights` [..., entries], distributions over the last axis, with the entries that are not selected set to 0 and the others divided
 * by their sum. The selection counts as constant; gradients flow through the entries that stay.
 * Throws `INVALID_ARGUMENT` for a share below 0 and a count that is not a whole number of at least 1.
 */
export function selectWeights<T extends Tensor>(weights: T, selection: WeightSelection): T {
  if (selection.type === 'none') return weights;
  const kept = mul(weights, cast(isSelected(detach(weights), selection), 'float32'));
  return div(kept, sum(kept, -1, true));
}

function isSelected(weights: Tensor, selection: Exclude<WeightSelection, { readonly type: 'none' }>): Tensor {
  const entries = weights.shape.at(-1)!;
  if (selection.type === 'threshold') {
    const { share } = selection;
    requireArgument(
      Number.isFinite(share) && share >= 0,
      () => `selection.share must be finite and at least 0, got ${share}.`,
    );
    const largest = greaterEqual(weights, max(weights, -1, true));
    return logicalOr(largest, greaterEqual(weights, share / entries));
  }
  const { count } = selection;
  requireArgument(
    Number.isInteger(count) && count >= 1,
    () => `selection.count must be a whole number of at least 1, got ${count}.`,
  );
  const place = Math.min(count, entries) - 1;
  const { values } = topk(weights, place + 1);
  const last = slice(
    values,
    [...weights.shape.slice(0, -1).map(() => 0), place],
    [...weights.shape.slice(0, -1), 1],
  );
  return greaterEqual(weights, last);
}
