import { concat, split, type Tensor } from '@tensorflow/tfjs-core';
import { type Tree, treeFlatten, treeLeaves, treeMap2, treePaths, treeUnflatten } from 'kd-core';

/** Above this size, copying a leaf takes longer than the operators that joining it saves. */
const MOST_ELEMENTS = 10_000;

/** Leaves of a tree that are treated together, as `groupLeaves` found them. */
export interface LeafGroups<Kind> {
  /** What the leaves of each group have in common. */
  readonly kinds: readonly Kind[];
  /** One tensor a group, for a tree with the structure and shapes of the grouped one. Throws `SHAPE_MISMATCH` for another structure. */
  join(tree: Tree<Tensor>): Tensor[];
  /** The tree that `join` makes `tensors` of; leaves that are in no group are those of `rest`. */
  split(tensors: readonly Tensor[], rest: Tree<Tensor>): Tree<Tensor>;
}

/**
 * Groups the leaves to which a rule applies element by element. A network has many vectors of one number a channel, on
 * which an operator takes longer to start than to run: small leaves of one `kindOf(path)` that differ in their
 * first dimension only are joined along it, and every other leaf is a group of its own. Leaves whose path is not in
 * `included` are in no group; default: all are.
 */
export function groupLeaves<Kind>(
  tree: Tree<Tensor>,
  kindOf: (path: string, shape: readonly number[]) => Kind,
  included?: ReadonlySet<string>,
): LeafGroups<Kind> {
  const { leaves, structure } = treeFlatten<Tensor>(tree);
  const paths = treePaths(tree);
  const kinds = paths.map((path, index) => kindOf(path, leaves[index]!.shape));
  const kindNumbers = new Map([...new Set(kinds)].map((kind, number) => [kind, number]));
  const byKey = new Map<string, number[]>();
  for (const [index, { shape, size }] of leaves.entries()) {
    if (included?.has(paths[index]!) === false) continue;
    const isJoined = shape.length > 0 && size <= MOST_ELEMENTS;
    const key = isJoined ? `${kindNumbers.get(kinds[index]!)}:${shape.slice(1).join()}` : `alone:${index}`;
    byKey.set(key, [...(byKey.get(key) ?? []), index]);
  }
  const groups = [...byKey.values()];
  const leavesOf = (other: Tree<Tensor>): Tensor[] =>
    treeLeaves<Tensor>(treeMap2<Tensor, Tensor, Tensor>(tree, other, (_, leaf) => leaf));
  return {
    kinds: groups.map((indices) => kinds[indices[0]!]!),
    join(other) {
      const others = leavesOf(other);
      return groups.map((indices) =>
        indices.length === 1
          ? others[indices[0]!]!
          : concat(
              indices.map((index) => others[index]!),
              0,
            ),
      );
    },
    split(tensors, rest) {
      const results = leavesOf(rest);
      for (const [group, indices] of groups.entries()) {
        const joined = tensors[group]!;
        const sizes = indices.map((index) => leaves[index]!.shape[0]!);
        const parts = indices.length === 1 ? [joined] : split(joined, sizes, 0);
        for (const [part, index] of indices.entries()) results[index] = parts[part]!;
      }
      return treeUnflatten(structure, results);
    },
  };
}
