import { attentionTransferLoss, requireArgument } from 'kd-core';
import { type Method, noVariables } from '../method.ts';
import type { TapPair } from '../tap-series.ts';
import {
  mapPairShapes,
  mapPairs,
  pairConfig,
  pairRequirements,
  requirePairs,
  unpoolable,
} from './map-pairs.ts';

export interface AttentionTransferOptions {
  /** Which tap of the student follows which tap of the teacher; feature maps. At least one pair. */
  readonly pairs: readonly TapPair[];
  /** `reference` (default) follows the authors' code, `paper` the paper's equation. */
  readonly variant?: 'reference' | 'paper';
  /** Exponent on the absolute activations, at least 1. Default 2. */
  readonly power?: number;
  /** Index of the teacher. Default 0. */
  readonly teacher?: number;
}

/**
 * Attention transfer: the normalised spatial maps of channel-wise activation energy are matched, summed over the
 * pairs; no gradient to the teacher. The benchmark weight is 1000 for `reference`.
 * Zagoruyko and Komodakis, 2017, arXiv:1612.03928, equation 2. Throws `INVALID_ARGUMENT` without pairs and, from
 * `init`, `SHAPE_MISMATCH` for a tap that is no feature map, and for maps that cannot be brought to one size.
 */
export function attentionTransfer({
  pairs,
  variant = 'reference',
  power = 2,
  teacher = 0,
}: AttentionTransferOptions): Method {
  const name = 'attentionTransfer';
  requirePairs(pairs);
  requireArgument(
    power >= 1 && Number.isFinite(power),
    () => `power must be finite and at least 1, got ${power}.`,
  );
  return {
    name,
    config: { name, pairs: pairConfig(pairs), variant, power, teacher },
    scalars: {},
    requires: pairRequirements(pairs, teacher),
    init(_key, shapes) {
      mapPairShapes(name, pairs, shapes, teacher, (pair) => {
        if (variant === 'reference') return unpoolable(pair);
        const isSameSize = pair.student[0] === pair.teacher[0] && pair.student[1] === pair.teacher[1];
        return isSameSize ? undefined : "the variant 'paper' needs maps of equal height and width";
      });
      return noVariables;
    },
    loss(context) {
      const total = attentionTransferLoss({ ...mapPairs(context, pairs, teacher), variant, power });
      return { total, terms: { [name]: total }, state: context.variables.state };
    },
  };
}
