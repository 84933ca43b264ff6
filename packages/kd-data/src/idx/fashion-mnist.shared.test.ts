import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fashionMnistClassNames } from './fashion-mnist-class-names.ts';
import { readIdxDataset } from './read-idx-dataset.ts';

const folder = join(process.env.KD_SHARED!, 'data', 'fashion-mnist');

it('Fashion-MNIST has 1,000 test images of each class, as its authors describe', async () => {
  const dataset = await readIdxDataset({
    name: 'fashion-mnist',
    imagesPath: join(folder, 't10k-images-idx3-ubyte.gz'),
    labelsPath: join(folder, 't10k-labels-idx1-ubyte.gz'),
    classNames: fashionMnistClassNames,
  });
  expect(dataset).toMatchObject({ length: 10_000, classes: 10, inputShape: [28, 28, 1] });
  const counts = new Array<number>(10).fill(0);
  for (let index = 0; index < dataset.length; index++) counts[dataset.label(index)]!++;
  expect(counts).toEqual(new Array(10).fill(1000));
});
