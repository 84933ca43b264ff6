import { createOrtBackend } from 'kd-backend-ort';
import { type BatchSource, prngKey } from 'kd-core';
import { createLoader, digits, type LoaderOptions, padCropFlip, parallelLoader, subset } from 'kd-data';
import { resnet } from 'kd-models';
import { crossEntropy, memoryStorage, runTraining, type Storage, sgd, type TrainingResult } from 'kd-train';
import { expect, it } from 'vitest';

const loaderOptions: LoaderOptions = {
  dataset: subset(
    digits(),
    Array.from({ length: 96 }, (_, index) => index),
  ),
  batchSize: 16,
  key: prngKey(5),
  transforms: [padCropFlip({ padding: 1 })],
  dropLast: true,
};

it('resumes in the middle of an epoch with other workers, and ends with the same parameters', async () => {
  const backend = await createOrtBackend({ threads: 1 });
  const run = async (source: BatchSource, storage: Storage, stopAfter?: number): Promise<TrainingResult> => {
    const stop = new AbortController();
    const options = {
      backend,
      student: resnet({ depth: 8, widthFactor: 0.25, classes: 10, inputShape: [8, 8, 1] as const }),
      method: crossEntropy(),
      optimizer: sgd({ momentum: 0.9 }),
      learningRate: 0.05,
      source,
      epochs: 2,
      key: prngKey(1),
      checkpoint: { storage },
      signal: stop.signal,
    };
    return runTraining(
      { ...options, resume: stopAfter === undefined },
      {
        step: ({ step }) => {
          if (step + 1 === stopAfter) stop.abort();
        },
      },
    );
  };
  const undisturbed = await run(createLoader(loaderOptions), memoryStorage());
  const storage = memoryStorage();
  await using two = await parallelLoader({ ...loaderOptions, workers: 2 });
  expect(await run(two, storage, 4)).toMatchObject({ step: 4, reason: 'interrupted' });
  await using one = await parallelLoader({ ...loaderOptions, workers: 1, prefetch: 1 });
  const resumed = await run(one, storage);
  expect(resumed.step).toBe(12);
  expect(resumed.variables).toEqual(undisturbed.variables);
  expect(resumed.history).toEqual(undisturbed.history);
  await backend.dispose();
});
