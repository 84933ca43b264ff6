import { type AdamRuleOptions, adamRule } from './adam-rule.ts';
import type { Optimizer } from './optimizer.ts';

export interface AdamWOptions extends AdamRuleOptions {
  /** Decoupled: `p -= learningRate * weightDecay * p`. Default 0.01. */
  readonly weightDecay?: number;
}

/**
 * Adam with decoupled weight decay and PyTorch's rules (`torch.optim.AdamW`): `p -= lr * weightDecay * p`, and then as
 * `adam` without weight decay. Loshchilov and Hutter, 2019, arXiv:1711.05101, algorithm 2.
 * Throws `INVALID_ARGUMENT` for settings out of range.
 */
export function adamW({ weightDecay = 0.01, ...options }: AdamWOptions = {}): Optimizer {
  return adamRule('adamW', 'decoupled', weightDecay, options);
}
