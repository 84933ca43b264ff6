import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Tree,
  treeFlatten,
  treeLeaves,
  treeMap,
  treeMap2,
  treePaths,
  treeStructure,
  treeUnflatten,
} from './tree.ts';

const trees = fc.letrec<{ tree: Tree<number> }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.integer(),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie('tree'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).tree;

describe('trees', () => {
  it('come back from their leaves and structure', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        const { leaves, structure } = treeFlatten<number>(tree);
        expect(treeUnflatten(structure, leaves)).toEqual(tree);
        expect(treeMap<number, number>(tree, (leaf) => leaf)).toEqual(tree);
        expect(treePaths(tree).length).toBe(leaves.length);
      }),
    );
  });

  it('do not depend on the order in which keys were written', () => {
    const [a, b] = [
      { x: 1, y: [2, { q: 3, p: 4 }] },
      { y: [2, { p: 4, q: 3 }], x: 1 },
    ];
    expect(treeLeaves<number>(a)).toEqual([1, 2, 4, 3]);
    expect(treeLeaves<number>(b)).toEqual([1, 2, 4, 3]);
    expect(treePaths(a)).toEqual(['x', 'y/0', 'y/1/p', 'y/1/q']);
    expect(JSON.stringify(treeStructure(a))).toBe(JSON.stringify(treeStructure(b)));
  });

  it('have leaves that are neither arrays nor plain objects', () => {
    const leaf = new Float32Array(2);
    expect(treeLeaves<unknown>({ a: leaf, b: null })).toEqual([leaf, null]);
  });

  it('are mapped in pairs, by structure', () => {
    expect(
      treeMap2<number, number, string>({ a: [1, 2] }, { a: [3, 4] }, (x, y, path) => `${path}:${x + y}`),
    ).toEqual({
      a: ['a/0:4', 'a/1:6'],
    });
    expect(() => treeMap2<number, number, number>({ a: 1 }, { b: 1 }, (x) => x)).toThrow(
      /leaves \[a\] and the other \[b\]/,
    );
  });

  it('refuse too few and too many leaves', () => {
    expect(() => treeUnflatten([null, null], [1])).toThrow(/more than the 1 leaves/);
    expect(() => treeUnflatten([null], [1, 2])).toThrow(/has 1 leaves, but 2/);
  });
});
