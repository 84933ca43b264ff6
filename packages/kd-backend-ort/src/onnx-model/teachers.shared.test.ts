import { openAsBlob } from 'node:fs';
import { join } from 'node:path';
import { HostTensor } from 'kd-core';
import { imageArchive, intoMemory } from 'kd-data';
import { beforeAll, expect, it } from 'vitest';
import { onnxModel } from './onnx-model.ts';

const folder = join(process.env.KD_SHARED!, 'data');
const BATCH = 250;

let dataset: Awaited<ReturnType<typeof intoMemory>>;
beforeAll(async () => {
  dataset = await intoMemory(await imageArchive(await openAsBlob(join(folder, 'cifar10-jpeg', 'test.zip'))));
}, 120_000);

// The networks' authors state how to preprocess; the accuracies were measured with PyTorch on the same images.
it.each([
  ['cifar10-resnet20-jpeg', 87.27],
  ['cifar10-resnet32', 82.76],
  ['cifar10-resnet56-jpeg', 89.3],
])(
  '%s reaches the accuracy that PyTorch measures, within 0.1 points',
  { timeout: 120_000 },
  async (file, expected) => {
    const model = await onnxModel(join(folder, 'teachers', `${file}.onnx`), {
      classes: 10,
      preprocessing: { mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225] },
    });
    let correct = 0;
    for (let start = 0; start < dataset.length; start += BATCH) {
      const count = Math.min(BATCH, dataset.length - start);
      const images = new Float32Array(count * 32 * 32 * 3);
      for (let image = 0; image < count; image++)
        images.set(dataset.image(start + image), image * 32 * 32 * 3);
      const { logits } = await model.run(new HostTensor(images, [count, 32, 32, 3]));
      for (let image = 0; image < count; image++) {
        const row = logits.data.subarray(image * 10, image * 10 + 10);
        if (row.indexOf(Math.max(...row)) === dataset.label(start + image)) correct++;
      }
    }
    await model.dispose();
    expect(dataset.length).toBe(8000);
    expect(Math.abs((100 * correct) / dataset.length - expected)).toBeLessThanOrEqual(0.1);
  },
);
