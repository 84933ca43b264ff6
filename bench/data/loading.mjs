import { prngKey } from 'kd-core';
import { normalize, padCropFlip, parallelLoader } from 'kd-data';
import { compareRates } from './rates.mjs';

export const batchSize = 128;

/** What published recipes do with CIFAR-10: pad, crop, flip and normalise. */
export const cifarLoader = (dataset, workers) =>
  parallelLoader({
    dataset,
    batchSize,
    key: prngKey(1),
    dropLast: true,
    transforms: [
      padCropFlip(),
      normalize({ mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225] }),
    ],
    workers,
  });

/** Epochs of augmented batches, by nobody used, with more and more workers. */
export async function measureLoading({ dataset }, torch, rounds) {
  const contenders = [];
  const loaders = [];
  for (const workers of [0, 1, 2]) {
    const loader = await cifarLoader(dataset, workers);
    loaders.push(loader);
    let epoch = 0;
    contenders.push({ name: `kd-data, ${describe(workers)}`, turn: () => readEpoch(loader, epoch++) });
  }
  for (const workers of torch === undefined ? [] : [0, 1, 2]) {
    contenders.push({
      name: `${torch.loaderName}, ${describe(workers)}`,
      turn: () => torch.ask({ task: 'load', workers }),
    });
  }
  await compareRates(`Pad, crop, flip and normalise, batches of ${batchSize}`, contenders, rounds);
  for (const loader of loaders) await loader.dispose();
}

async function readEpoch(loader, epoch) {
  for (let index = 0; index < loader.stepsPerEpoch; index++) await loader.batch(epoch, index);
  return { images: loader.length };
}

const describe = (workers) =>
  workers === 0 ? 'in the main thread' : `${workers} worker${workers === 1 ? '' : 's'}`;
