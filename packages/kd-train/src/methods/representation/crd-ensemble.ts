import { requireArgument } from 'kd-core';
import type { Method } from '../method.ts';
import { type ContrastiveOptions, contrastiveTransfer } from './contrastive-transfer.ts';
import type { Negatives, Positives } from './negative-sampler.ts';

export interface CrdEnsembleOptions extends ContrastiveOptions {
  /** As of `crd`. */
  readonly negatives?: Negatives;
  /** As of `crd`. */
  readonly positives?: Positives;
  /** Indices of the teachers. Default 0 and 1. */
  readonly teachers?: readonly number[];
  /** Whether the terms of the teachers are added up (default, as in the paper) or averaged. */
  readonly reduce?: 'sum' | 'mean';
}

/**
 * Contrastive representation distillation from several teachers: one term of `crd` for each, with heads and memories of
 * its own; they see the same negatives.
 * Tian, Krishnan and Isola, 2020, arXiv:1910.10699, section 3.4. Throws as `crd` does, and `INVALID_ARGUMENT` for a list of
 * teachers that is empty or names one twice.
 */
export function crdEnsemble({
  negatives = 'otherClasses',
  positives = 'exact',
  teachers = [0, 1],
  reduce = 'sum',
  ...options
}: CrdEnsembleOptions = {}): Method {
  requireArgument(
    teachers.length > 0 && new Set(teachers).size === teachers.length,
    () => `teachers must name at least one teacher and none twice, got [${teachers.join(', ')}].`,
  );
  return contrastiveTransfer({
    name: 'crdEnsemble',
    teachers,
    reduce,
    sampling: { negatives, positives },
    options,
  });
}
