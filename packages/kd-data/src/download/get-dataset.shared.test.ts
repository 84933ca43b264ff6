import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { readMnistDataset } from '../idx/read-mnist-dataset.ts';
import { getDataset } from './get-dataset.ts';

const from = join(process.env.KD_SHARED!, 'data', 'fashion-mnist');

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kd-get-shared-'));
  vi.stubEnv('KD_DATA', root);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true });
});

it('takes Fashion-MNIST as it is, and reads it by its name alone', async () => {
  const got = await getDataset({ dataset: 'fashion-mnist', from });
  expect(got).toMatchObject({ folder: join(root, 'fashion-mnist'), parts: ['train', 'test'] });
  const test = await readMnistDataset({ name: 'fashion-mnist', part: 'test' });
  expect(test).toMatchObject({ length: 10_000, classes: 10, inputShape: [28, 28, 1] });
});
