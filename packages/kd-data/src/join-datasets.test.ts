import { expect, it } from 'vitest';
import { arrayDataset } from './array-dataset.ts';
import type { Dataset } from './dataset.ts';
import { joinDatasets } from './join-datasets.ts';
import { nodeFilePlatform } from './loader/workers/file-platform.node.ts';
import { openDataset } from './loader/workers/open-dataset.ts';

const part = (pixels: number[], classNames = ['a', 'b'], width = 1) =>
  arrayDataset({
    name: `part ${pixels[0]}`,
    pixels: Float32Array.from(pixels),
    labels: Uint8Array.from({ length: pixels.length / width }, (_, index) => index % 2),
    inputShape: [1, width, 1],
    classNames,
  });

it('gives the samples of each part in order, with indices of its own, also in a worker', async () => {
  const joined = joinDatasets([part([0, 0.25]), part([0.5]), part([0.75, 1])]);
  const inWorker = (await openDataset(joined.spec!, nodeFilePlatform)) as Dataset;
  for (const dataset of [joined, inWorker]) {
    expect(dataset).toMatchObject({ name: 'part 0 + part 0.5 + part 0.75', length: 5, classes: 2 });
    const indices = [0, 1, 2, 3, 4];
    expect(indices.map((index) => dataset.image(index)[0])).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(indices.map(dataset.label)).toEqual([0, 1, 0, 0, 1]);
    expect(indices.map(dataset.originalIndex)).toEqual(indices);
    expect(() => dataset.image(5)).toThrow(/indices 0\.\.4, but index 5/);
  }
});

it('refuses none, and those that are not alike', () => {
  expect(() => joinDatasets([])).toThrow(/at least one/);
  expect(() => joinDatasets([part([0]), part([0], ['a', 'c'])])).toThrow(/classes have other names/);
  expect(() => joinDatasets([part([0]), part([0, 1], ['a', 'b'], 2)])).toThrow(
    /are \[1, 1, 1\] and \[1, 2, 1\]/,
  );
});
