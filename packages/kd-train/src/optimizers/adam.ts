import { type AdamRuleOptions, adamRule } from './adam-rule.ts';
import type { Optimizer } from './optimizer.ts';

export interface AdamOptions extends AdamRuleOptions {
  /** L2 penalty: `weightDecay * p` is added to the gradient, and so goes into both moments. Default 0. */
  readonly weightDecay?: number;
}

/**
 * Adam with PyTorch's rules (`torch.optim.Adam`): `g += weightDecay * p; m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2;
 * p -= lr * (m / c1) / (sqrt(v / c2) + epsilon)` with `c = 1 - b^t` after `t` updates. State: `first`, `second`, with `amsgrad`
 * `largestSecond`, one tensor each a parameter, and the two corrections.
 * Kingma and Ba, 2015, arXiv:1412.6980, algorithm 1. Throws `INVALID_ARGUMENT` for settings out of range.
 */
export function adam({ weightDecay = 0, ...options }: AdamOptions = {}): Optimizer {
  return adamRule('adam', 'coupled', weightDecay, options);
}
