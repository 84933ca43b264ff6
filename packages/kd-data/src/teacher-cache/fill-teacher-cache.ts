import { type BatchSource, requireArgument } from 'kd-core';
import type { CachedTeacher } from './teacher-cache.ts';

/** How far the filling of a cache is. */
export interface CacheProgress {
  /** Images that are kept. */
  readonly done: number;
  readonly total: number;
}

/**
 * Asks a cached teacher about every image of `source`, in epochs 0..variants - 1, and writes what it says; batches that are kept
 * already are passed over without being asked for. `source` must give every sample in each epoch, as a loader does without
 * `dropLast`, and the images that training will show: the same data, transforms, variants and key; the order does not matter
 * and is best that of the data set. Leaving the stream early keeps what is there.
 * Throws `INVALID_ARGUMENT` for a source whose epochs are all different, and what `run` of the cached teacher throws.
 */
export async function* fillTeacherCache(
  teacher: CachedTeacher,
  source: BatchSource,
): AsyncGenerator<CacheProgress, void, void> {
  const { variants } = source;
  requireArgument(
    variants !== undefined,
    () =>
      'The source makes new images in every epoch, so that nothing of them can be kept. Give it a number of variants.',
  );
  const total = source.length * variants;
  try {
    for (let epoch = 0; epoch < variants; epoch++) {
      for (let index = 0; index < source.stepsPerEpoch; index++) {
        const { images, indices, variant } = await source.batch(epoch, index);
        const isKept = indices.data.every((sample) => teacher.has(sample, variant!));
        if (!isKept) await teacher.run(images, { indices, variant: variant! });
        const done = epoch * source.length + Math.min((index + 1) * source.batchSize, source.length);
        yield { done, total };
      }
    }
  } finally {
    await teacher.flush();
  }
}
