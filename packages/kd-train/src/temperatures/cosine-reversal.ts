import { requireArgument } from 'kd-core';
import type { Schedule } from '../schedules/schedule.ts';

export interface CosineReversalOptions {
  /** Epochs until the reversal is final; at least 1. Default 10. */
  readonly epochs: number;
  /** Before the first epoch, in [0, 1]. Default 0. */
  readonly initialReversal?: number;
  /** From epoch `epochs` on, in [0, 1]. Default 1. */
  readonly finalReversal?: number;
}

/**
 * How strongly CTKD reverses the gradient of the temperature: half a cosine from `initialReversal` to `finalReversal` over
 * `epochs`, counted from 1, so that the first epoch is not without any: 0.024 of 10. In the released code lambda is the
 * negative of it.
 */
export function cosineReversal({
  epochs,
  initialReversal = 0,
  finalReversal = 1,
}: CosineReversalOptions): Schedule {
  requireArgument(Number.isFinite(epochs) && epochs >= 1, () => `epochs must be at least 1, got ${epochs}.`);
  for (const [name, value] of Object.entries({ initialReversal, finalReversal })) {
    requireArgument(value >= 0 && value <= 1, () => `${name} must be in [0, 1], got ${value}.`);
  }
  return ({ epoch }) => {
    const done = Math.min(epoch + 1, epochs) / epochs;
    return finalReversal + ((initialReversal - finalReversal) * (1 + Math.cos(Math.PI * done))) / 2;
  };
}
