import { type Tensor, tensor, zerosLike } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { createTfjsBackend } from 'kd-backend-tfjs';
import { type Tree, treeLeaves, treeMap, treePaths } from 'kd-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { groupLeaves } from './leaf-groups.ts';

beforeAll(async () => {
  await createTfjsBackend();
});

const filled = (shape: readonly number[], first: number): Tensor => {
  const size = shape.reduce((product, each) => product * each, 1);
  return tensor(
    Array.from({ length: size }, (_, index) => first + index),
    [...shape],
  );
};

describe('groupLeaves', () => {
  it('gives back the tree that it joined, whatever its shapes and kinds', () => {
    const shape = fc.oneof(
      fc.constant([]),
      fc.tuple(fc.integer({ min: 1, max: 5 })),
      fc.tuple(fc.integer({ min: 1, max: 4 }), fc.constantFrom(2, 3)),
      fc.constant([101, 100]),
    );
    fc.assert(
      fc.property(fc.array(shape, { minLength: 1, maxLength: 9 }), (shapes) => {
        const tree: Tree<Tensor> = Object.fromEntries(
          shapes.map((each, index) => [`leaf${index}`, filled(each, index * 1000)]),
        );
        const groups = groupLeaves(tree, (path) => Number(path.slice(-1)) % 2);
        const back = groups.split(
          groups.join(tree),
          treeMap<Tensor, Tensor>(tree, (leaf) => zerosLike(leaf)),
        );
        expect(treePaths(back)).toEqual(treePaths(tree));
        const describeLeaves = (each: Tree<Tensor>): unknown[] =>
          treeLeaves<Tensor>(each).map((leaf) => [leaf.shape, [...leaf.dataSync()]]);
        expect(describeLeaves(back)).toEqual(describeLeaves(tree));
      }),
      { numRuns: 40 },
    );
  });

  it('joins small leaves of one kind that differ in their first dimension only', () => {
    const tree = {
      a: filled([2], 0),
      b: filled([3], 10),
      c: filled([3], 20),
      kernel: filled([1, 2], 30),
      large: filled([20_000], 0),
      scalar: filled([], 40),
    };
    const groups = groupLeaves(tree, (path) => path !== 'c');
    const shapes = groups.join(tree).map((each) => each.shape);
    expect(shapes).toEqual([[5], [3], [1, 2], [20_000], []]);
    expect(groups.kinds).toEqual([true, false, true, true, true]);
  });

  it('leaves out what is not included, and takes it from the rest', () => {
    const tree = { a: filled([2], 0), b: filled([3], 10), c: filled([1], 20) };
    const rest = { a: filled([2], 50), b: filled([3], 60), c: filled([1], 70) };
    const groups = groupLeaves(tree, () => true, new Set(['a', 'c']));
    const [joined, ...none] = groups.join(tree);
    expect([...joined!.dataSync()]).toEqual([0, 1, 20]);
    expect(none).toEqual([]);
    const back = groups.split([joined!], rest) as typeof tree;
    expect([[...back.a.dataSync()], back.b, [...back.c.dataSync()]]).toEqual([[0, 1], rest.b, [20]]);
  });

  it('refuses a tree of another structure', () => {
    const groups = groupLeaves({ a: filled([2], 0) }, () => true);
    expect(() => groups.join({ b: filled([2], 0) })).toThrow(/same structure.*\[a\].*\[b\]/);
  });
});
