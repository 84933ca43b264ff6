import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { datasetSchema } from './dataset-schema.ts';
import { describeIssues } from './describe-issues.ts';

const schema = z.strictObject({ dataset: datasetSchema });

/** What is wrong with a data set, as a user reads it. */
function problemsOf(dataset: unknown): string[] {
  const parsed = schema.safeParse({ dataset });
  if (parsed.success) return [];
  return describeIssues(parsed.error.issues, { dataset }, schema).map(
    ({ path, message }) => `${path} ${message}`,
  );
}

describe('datasetSchema', () => {
  const npz = { name: 'npz', train: { file: 'a.npz', images: 'x_train', labels: 'y_train' } };

  it.each([
    { name: 'digits' },
    { name: 'mnist', folder: 'data' },
    { name: 'fashion-mnist' },
    { name: 'cifar10', folder: 'data' },
    { name: 'cifar100', folder: 'data' },
    { name: 'svhn', folder: 'data', extra: true },
    npz,
    {
      ...npz,
      test: { ...npz.train, images: 'x_test' },
      channelsFirst: true,
      pixelMaximum: 4095,
      classNames: ['a', 'b'],
    },
    { name: 'csv', train: 'a.csv.gz', inputShape: [8, 8, 1], label: 'first', pixelMaximum: 16 },
    {
      name: 'manifest',
      train: { file: 'a.csv', split: 'train' },
      test: { file: 'b.json' },
      size: 64,
      channels: 3,
    },
  ])('takes %j', (dataset) => {
    expect(problemsOf(dataset)).toEqual([]);
  });

  it.each<[string, unknown, RegExp]>([
    [
      'a misspelt name',
      { name: 'cifar' },
      /^dataset\.name must be one of 'digits', 'mnist', .*Did you mean 'cifar10'/,
    ],
    [
      'a number for a folder',
      { name: 'mnist', folder: 3 },
      /^dataset\.folder must be the path of a folder, got 3/,
    ],
    [
      'another key',
      { name: 'cifar10', folder: 'x', extra: true },
      /^dataset\.extra is not a known key.* Known here: name, folder\./,
    ],
    [
      'a word for yes',
      { name: 'svhn', folder: 'x', extra: 'yes' },
      /^dataset\.extra must be true or false, got 'yes'/,
    ],
    [
      'a path for two arrays',
      { name: 'npz', train: 'a.npz' },
      /^dataset\.train must be an object with the keys 'file', 'images', 'labels'/,
    ],
    ['no labels', { name: 'npz', train: { file: 'a', images: 'x' } }, /^dataset\.train\.labels is missing/],
    [
      'a scale of zero',
      { ...npz, pixelMaximum: 0 },
      /^dataset\.pixelMaximum must be a number above 0, got 0/,
    ],
    ['a shape without channels', { name: 'csv', train: 'a', inputShape: [8, 8] }, /^dataset\.inputShape/],
    ['one class', { ...npz, classNames: ['a'] }, /^dataset\.classNames must be a list of at least two names/],
  ])('refuses %s', (_, dataset, message) => {
    const problems = problemsOf(dataset);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(message);
  });
});
