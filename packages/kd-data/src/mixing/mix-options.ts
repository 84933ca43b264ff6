import { type PrngKey, requireArgument, splitKey } from 'kd-core';
import { happens } from '../transforms/draws.ts';
import { requireProbability } from '../transforms/require-options.ts';

export interface MixOptions {
  /** Both parameters of the beta distribution that the share of a sample is drawn from, at least 0.001. Default 1: uniform. */
  readonly alpha?: number;
  /** Of a batch being mixed at all, default 1. */
  readonly probability?: number;
}

/** With the default values. */
export function checkedMixOptions({ alpha = 1, probability = 1 }: MixOptions): Required<MixOptions> {
  requireArgument(
    Number.isFinite(alpha) && alpha >= 0.001,
    () => `alpha must be a finite number of at least 0.001, got ${String(alpha)}.`,
  );
  requireProbability('probability', probability);
  return { alpha, probability };
}

/** Independent keys of the share, of the partners and of what else is drawn; none where the batch stays as it is. */
export function mixKeys(
  key: PrngKey,
  probability: number,
): readonly [share: PrngKey, partners: PrngKey, place: PrngKey] | undefined {
  const [whether, ...keys] = splitKey(key, 4) as [PrngKey, PrngKey, PrngKey, PrngKey];
  return happens(whether, probability) ? keys : undefined;
}
