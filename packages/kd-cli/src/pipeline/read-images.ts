import { KdError } from 'kd-core';
import { type Dataset, intoMemory } from 'kd-data';
import type { ImagesConfig } from '../config/dataset-config.ts';
import type { OnData } from './data-progress.ts';
import { openImages } from './open-images.ts';

/**
 * The images of a configuration, decoded into memory; those for testing with the classes and the shape of those for training.
 * Throws `SHAPE_MISMATCH` when they have another shape, and what `openImages` and `intoMemory` throw.
 */
export async function readImages(
  { train: trainPath, test: testPath, channels, classNames }: ImagesConfig,
  onData: OnData,
): Promise<{ readonly train: Dataset; readonly test?: Dataset }> {
  const common = {
    ...(channels !== undefined && { channels }),
    ...(classNames !== undefined && { classNames }),
  };
  const train = await openImages(trainPath, common);
  const test =
    testPath === undefined
      ? undefined
      : await openImages(testPath, { ...common, classNames: train.classNames });
  // Both are opened before one is read, so that what does not fit is told at once.
  if (test !== undefined && test.inputShape.join() !== train.inputShape.join()) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `Images of '${trainPath}' are [${train.inputShape.join(', ')}], but those of '${testPath}' are [${test.inputShape.join(', ')}]: height, width and channels must be the same.`,
    );
  }
  const read = (dataset: typeof train, part: string): Promise<Dataset> =>
    intoMemory(dataset, { onProgress: (done, all) => onData(part, done, all) });
  return {
    train: await read(train, 'training images'),
    ...(test !== undefined && { test: await read(test, 'test images') }),
  };
}
