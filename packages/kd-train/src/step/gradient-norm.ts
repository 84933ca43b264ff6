import { add, type Scalar, sqrt, square, sum, type Tensor } from '@tensorflow/tfjs-core';
import { type Tree, treePaths } from 'kd-core';
import { groupLeaves } from '../optimizers/leaf-groups.ts';

/** L2 norm over the leaves of `tree` whose paths are `included`. */
export function treeNorm(tree: Tree<Tensor>, included: ReadonlySet<string>): Scalar {
  const squares = groupLeaves(tree, () => true, included)
    .join(tree)
    .map((group) => sum(square(group)));
  return sqrt(squares.reduce((partial, next) => add(partial, next))) as Scalar;
}

/** That of each part of the networks which is a top-level key of its parameters: `student/stage1`, `method/hinton`. */
export function partNorms(
  tree: Tree<Tensor>,
  included: ReadonlySet<string>,
): Readonly<Record<string, Scalar>> {
  const parts = new Map<string, Set<string>>();
  for (const path of treePaths(tree)) {
    if (!included.has(path)) continue;
    const part = path.split('/', 2).join('/');
    parts.set(part, (parts.get(part) ?? new Set()).add(path));
  }
  return Object.fromEntries([...parts].map(([part, paths]) => [part, treeNorm(tree, paths)]));
}
