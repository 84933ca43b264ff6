import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { kindOf } from './dataset-kinds.ts';

let data: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'kd-folders-'));
  vi.stubEnv('KD_DATA', data);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(data, { recursive: true });
});

const absolute = (path: string): string => join('/', 'somewhere', path);

it('finds arrays by their names', async () => {
  const config = { name: 'cifar100' } as const;
  const kind = kindOf(config);
  expect(kind.withAbsoluteFiles(config, absolute)).toEqual(config);
  expect(kind.problems(config)).toEqual([
    {
      path: 'dataset.folder',
      message: expect.stringMatching(/^is needed: .*cifar100'. 'kd data get cifar100' fetches it/),
    },
  ]);
  await mkdir(join(data, 'cifar100'));
  for (const name of ['train.bin', 'test.bin']) await writeFile(join(data, 'cifar100', name), '');
  expect(kind.problems(config)).toEqual([]);
});

it('finds images by their names', async () => {
  const config = { name: 'cinic10' } as const;
  const kind = kindOf(config);
  expect(kind.withAbsoluteFiles(config, absolute)).toEqual(config);
  expect(kind.problems(config)).toEqual([
    {
      path: 'dataset.path',
      message: expect.stringMatching(/not in '.*cinic10', where 'kd data get cinic10' puts them/),
    },
  ]);
  await mkdir(join(data, 'cinic10'));
  expect(kind.problems(config)).toEqual([]);
});
