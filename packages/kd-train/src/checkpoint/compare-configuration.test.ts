import { expect, it } from 'vitest';
import { configurationDifferences } from './compare-configuration.ts';

it('names each value that differs by its path', () => {
  const before = { a: { b: 1, c: [1, 2] }, d: 'x' };
  const now = { a: { b: 2, c: [1, 2] }, e: true };
  expect(configurationDifferences(before, now)).toEqual([
    'a/b: 1 in the checkpoint, 2 now',
    'd: "x" in the checkpoint, null now',
    'e: null in the checkpoint, true now',
  ]);
  expect(configurationDifferences(before, { d: 'x', a: { c: [1, 2], b: 1 } })).toEqual([]);
});
