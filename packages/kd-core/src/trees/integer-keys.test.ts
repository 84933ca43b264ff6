import { expect, test } from 'vitest';
import { treeFlatten, treeMap, treePaths, treeUnflatten } from './tree.ts';

const blocks = Object.fromEntries(
  Array.from({ length: 12 }, (_, index) => [String(index), { value: index }]),
);

test('leaves under keys that look like integers come back under their own keys', () => {
  const { leaves, structure } = treeFlatten(blocks);
  expect(treeUnflatten(structure, leaves)).toEqual(blocks);
});

test('treeMap gives each leaf its own path', () => {
  const paths = treeMap(blocks, (_leaf, path) => path);
  expect(paths).toHaveProperty(['10', 'value'], '10/value');
  expect(treePaths(blocks)[2]).toBe('10/value');
});
