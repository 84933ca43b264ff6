import { type PrngKey, prngKey } from 'kd-core';
import type { DistillConfig } from '../config/config.ts';

/** Which images of each sample a student is shown, where they come again. */
export interface RepeatedImages {
  readonly variants: number;
  /** The same for all seeds, so that all runs share what is kept of the teacher. */
  readonly augmentationKey: PrngKey;
}

const defaultVariants = 4;

/** `undefined` without a cache of the teacher: every epoch then has images of its own. */
export function repeatedImages({
  teacher: { cache },
  augmentation,
}: Pick<DistillConfig, 'teacher' | 'augmentation'>): RepeatedImages | undefined {
  if (cache === undefined) return undefined;
  const { variants = augmentation === undefined ? 1 : defaultVariants, augmentationSeed = 0 } = cache;
  return { variants, augmentationKey: prngKey(augmentationSeed) };
}
