import { zipSync } from 'fflate';
import { prngKey } from 'kd-core';
import { expect, it } from 'vitest';
import { digits } from '../digits/digits.ts';
import { imageArchive } from '../image-files/image-archive.ts';
import { greyJpeg, subsampledJpeg } from '../testing/jpeg-cases.ts';
import { normalize } from '../transforms/normalize.ts';
import { padCropFlip } from '../transforms/pad-crop-flip.ts';
import { createLoader } from './create-loader.ts';
import { parallelLoader } from './parallel-loader.ts';
import { workerLoader } from './workers/worker-loader.ts';
import type { WebWorker } from './workers/worker-port.ts';

declare const Worker: new (url: URL, options: { readonly type: 'module' }) => WebWorker;

const options = {
  dataset: digits(),
  batchSize: 64,
  key: prngKey(3),
  transforms: [padCropFlip({ padding: 1 }), normalize({ mean: [0.3], standardDeviation: [0.4] })],
};
const places = [
  [0, 0],
  [0, 1],
  [4, 28],
  [5, 0],
] as const;

it('gives in Web Workers the batches of createLoader', async () => {
  const expected = createLoader(options);
  await using loader = await parallelLoader({ ...options, workers: 2 });
  for (const [epoch, index] of places) {
    expect(await loader.batch(epoch, index)).toEqual(expected.batch(epoch, index));
  }
});

it('decodes image files in Web Workers', async () => {
  const archive = zipSync({ 'a/1.jpg': subsampledJpeg.file, 'b/2.jpg': greyJpeg.file });
  const dataset = await imageArchive(new Blob([archive]), { size: 6, channels: 3 });
  const images = { dataset, batchSize: 2, key: prngKey(1) };
  await using loader = await parallelLoader(images);
  expect(await loader.batch(1, 0)).toEqual(await createLoader(images).batch(1, 0));
});

it('gives them on a page that is not isolated, which has no shared memory', async () => {
  const kept = globalThis.SharedArrayBuffer;
  try {
    Reflect.deleteProperty(globalThis, 'SharedArrayBuffer');
    await using loader = await parallelLoader({ ...options, dataset: digits() });
    expect(await loader.batch(2, 7)).toEqual(createLoader(options).batch(2, 7));
  } finally {
    globalThis.SharedArrayBuffer = kept;
  }
});

it('serves batches from a worker of the user, and says which worker cannot be started', async () => {
  const worker = (): WebWorker =>
    new Worker(new URL('../testing/batch-worker.ts', import.meta.url), { type: 'module' });
  await using loader = await workerLoader({ worker, options: { steps: 3, at: { step: 1, does: 'throws' } } });
  expect((await loader.batch(2, 1)).images.data).toEqual(Float32Array.of(2, 1));
  await expect(loader.batch(0, 1)).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' });
  await loader.dispose();
  await expect(loader.batch(0, 0)).rejects.toThrow(/disposed/);

  const nowhere = (): WebWorker => new Worker(new URL('/nowhere.js', import.meta.url), { type: 'module' });
  await expect(workerLoader({ worker: nowhere })).rejects.toMatchObject({
    code: 'WORKER',
    message: 'Worker 0 of the loader failed: its script cannot be loaded.',
  });
});
