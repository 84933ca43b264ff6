import type { Method } from '../method.ts';
import { type ContrastiveOptions, contrastiveTransfer } from './contrastive-transfer.ts';
import type { Negatives } from './negative-sampler.ts';

export interface CrdModalityOptions extends ContrastiveOptions {
  /** `otherSamples` (default) needs no labels; `otherClasses` as of `crd`. */
  readonly negatives?: Negatives;
  /** Index of the teacher, which must be shown a view of its own. Default 0. */
  readonly teacher?: number;
}

/**
 * Contrastive representation distillation from one modality to another: the teacher sees another view of each sample
 * (`TrainedNetwork.view`: its depth, its luminance) than the student, and labels are not needed. Beside nothing else, it
 * leaves a student whose features are then used by a classifier of their own.
 * Tian, Krishnan and Isola, 2020, arXiv:1910.10699, section 3.3. Throws as `crd` does.
 */
export function crdModality({
  negatives = 'otherSamples',
  teacher = 0,
  ...options
}: CrdModalityOptions = {}): Method {
  return contrastiveTransfer({
    name: 'crdModality',
    teachers: [teacher],
    reduce: 'sum',
    sampling: { negatives, positives: 'exact' },
    options,
    otherView: true,
  });
}
