import type { Method } from '../method.ts';
import { type ContrastiveOptions, contrastiveTransfer } from './contrastive-transfer.ts';
import type { Negatives, Positives } from './negative-sampler.ts';

export interface CrdOptions extends ContrastiveOptions {
  /** Among which samples negatives are drawn: `otherClasses` (default), or `otherSamples`, which needs no labels. */
  readonly negatives?: Negatives;
  /** `exact` (default): a sample is its own positive; `relax`: any sample of its class. */
  readonly positives?: Positives;
  /** Index of the teacher. Default 0. */
  readonly teacher?: number;
}

/**
 * Contrastive representation distillation: of a sample, the student's and the teacher's vectors before the classifier are
 * to be told from those of other samples. Both go through a trained linear map; what is compared with are memories of all
 * samples, for which the source must know its samples. The teacher's features are detached, its head is trained. The
 * usual weight is 0.8.
 * Tian, Krishnan and Isola, 2020, arXiv:1910.10699. Throws `INVALID_ARGUMENT` for numbers out of range, and, from `init`, for samples
 * of which some have no negatives; `SHAPE_MISMATCH` for taps that are no vectors.
 */
export function crd({
  negatives = 'otherClasses',
  positives = 'exact',
  teacher = 0,
  ...options
}: CrdOptions = {}): Method {
  return contrastiveTransfer({
    name: 'crd',
    teachers: [teacher],
    reduce: 'sum',
    sampling: { negatives, positives },
    options,
  });
}
