import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createOrtBackend } from 'kd-backend-ort';
import { prngKey } from 'kd-core';
import { createLoader, digits, randomCrop, stratifiedSplit } from 'kd-data';
import { resnet } from 'kd-models';
import { cosine, crossEntropy, hinton, runTraining, sgd, sum, weight } from 'kd-train';
import { nodeStorage } from 'kd-train/node';
import { expect, it } from 'vitest';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

interface Memory {
  /** Megabytes. */
  readonly resident: number;
  /** Megabytes, the contents of typed arrays included. */
  readonly heap: number;
}

/** That after a full collection. */
async function usedMemory(): Promise<Memory> {
  for (let round = 0; round < 3; round++) {
    collectGarbage();
    // Memory of the runtime is given back by callbacks after a collection.
    await setTimeout(5);
  }
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  return { resident: rss / 1e6, heap: (heapUsed + arrayBuffers) / 1e6 };
}

it('300 epochs with checkpoints and validation end with the memory of their middle, and no tensor left', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kd-long-run-'));
  const backend = await createOrtBackend({ threads: 1 });
  const before = backend.memory();
  const data = digits();
  const shape = { classes: data.classes, inputShape: data.inputShape };
  const { train, validation } = stratifiedSplit(data, {
    fractions: { train: 0.8, validation: 0.2 },
    key: prngKey(4),
  });
  const teacher = resnet({ depth: 8, widths: [4, 4, 8, 8], ...shape });
  const used = new Map<number, Memory & { readonly tensors: number }>();
  const result = await runTraining(
    {
      backend,
      student: resnet({ depth: 8, widths: [2, 2, 4, 4], ...shape }),
      teachers: [{ model: teacher, variables: teacher.init(prngKey(1)) }],
      method: sum([weight(0.5, crossEntropy()), weight(0.5, hinton({ temperature: 4 }))]),
      optimizer: sgd({ momentum: 0.9 }),
      averaging: { decay: 0.99 },
      learningRate: cosine({ initial: 0.05 }),
      source: createLoader({
        dataset: train,
        batchSize: 64,
        key: prngKey(2),
        dropLast: true,
        transforms: [randomCrop({ padding: 1 })],
      }),
      validation: {
        source: createLoader({ dataset: validation, batchSize: 64, key: prngKey(0), shuffle: false }),
        every: 10,
      },
      select: { metric: 'top1' },
      epochs: 300,
      key: prngKey(3),
      checkpoint: { storage: nodeStorage(folder) },
    },
    {
      async epoch({ epoch }) {
        if (epoch + 1 !== 150 && epoch + 1 !== 300) return;
        used.set(epoch + 1, { ...(await usedMemory()), tensors: backend.memory().tensors });
      },
    },
  );
  expect(result.history).toHaveLength(300);
  expect(backend.memory()).toEqual(before);
  const [middle, end] = [used.get(150)!, used.get(300)!];
  expect(end.tensors).toBe(middle.tensors);
  // 150 epochs are 3,300 steps: what stays of one is there 3,300 times, 5 kB of anything or 600 bytes of the heap. What stays
  // of a checkpoint is 150 times its 30 kB.
  expect(end.resident - middle.resident).toBeLessThan(16);
  expect(end.heap - middle.heap).toBeLessThan(2);
  // The newest two and the best.
  expect((await readdir(folder)).length).toBeLessThanOrEqual(6);
  await backend.dispose();
  await rm(folder, { recursive: true });
}, 300_000);
