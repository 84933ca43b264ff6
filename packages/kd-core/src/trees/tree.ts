import type { Tensor } from '@tensorflow/tfjs-core';
import { KdError } from '../errors.ts';

/**
 * Nested arrays and plain objects with leaves of type `Leaf`. A leaf is anything that is neither an
 * array nor a plain object: a tfjs tensor, a `HostTensor`, a `DeviceTensor`, a number.
 */
export type Tree<Leaf> = Leaf | readonly Tree<Leaf>[] | { readonly [key: string]: Tree<Leaf> };

/** A tree of tfjs tensors: what a traced function sees. */
export type TensorTree = Tree<Tensor>;

/** `T` with every tensor replaced by `Leaf`: the shape of a function's arguments outside the function. */
export type WithLeaves<T, Leaf> = [TensorTree] extends [T]
  ? Tree<Leaf> // Else the recursive tree type would be expanded without end.
  : T extends Tensor
    ? Leaf
    : T extends readonly unknown[]
      ? { readonly [K in keyof T]: WithLeaves<T[K], Leaf> }
      : T extends object
        ? { readonly [K in keyof T]: WithLeaves<T[K], Leaf> }
        : T;

/** The skeleton of a tree without its leaves; equal trees have equal `JSON.stringify(structure)`. */
export type TreeStructure = null | readonly TreeStructure[] | { readonly [key: string]: TreeStructure };

export function isTreeNode(value: unknown): value is readonly unknown[] | Record<string, unknown> {
  if (Array.isArray(value)) return true;
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Calls `visit` for each leaf in order: arrays by index, objects by sorted key. `path` is `a/0/b`. */
export function visitTree<Leaf>(
  tree: Tree<Leaf>,
  visit: (leaf: Leaf, path: string) => void,
  path = '',
): void {
  if (!isTreeNode(tree)) {
    visit(tree as Leaf, path);
    return;
  }
  const join = (key: string): string => (path === '' ? key : `${path}/${key}`);
  if (Array.isArray(tree)) {
    tree.forEach((child, index) => {
      visitTree(child as Tree<Leaf>, visit, join(String(index)));
    });
    return;
  }
  const record = tree as Record<string, Tree<Leaf>>;
  for (const key of Object.keys(record).sort()) visitTree(record[key]!, visit, join(key));
}

/** Leaves in canonical order (arrays by index, objects by sorted key). */
export function treeLeaves<Leaf>(tree: Tree<Leaf>): Leaf[] {
  const leaves: Leaf[] = [];
  visitTree(tree, (leaf) => leaves.push(leaf));
  return leaves;
}

/** Paths of the leaves, in the order of `treeLeaves`. */
export function treePaths<Leaf>(tree: Tree<Leaf>): string[] {
  const paths: string[] = [];
  visitTree(tree, (_leaf, path) => paths.push(path));
  return paths;
}

export function treeStructure(tree: Tree<unknown>): TreeStructure {
  if (!isTreeNode(tree)) return null;
  if (Array.isArray(tree)) return tree.map((child) => treeStructure(child as Tree<unknown>));
  const record = tree as Record<string, Tree<unknown>>;
  return Object.fromEntries(
    Object.keys(record)
      .sort()
      .map((key) => [key, treeStructure(record[key]!)]),
  );
}

export function treeFlatten<Leaf>(tree: Tree<Leaf>): { leaves: Leaf[]; structure: TreeStructure } {
  return { leaves: treeLeaves(tree), structure: treeStructure(tree) };
}

/** The inverse of `treeFlatten`. Throws `SHAPE_MISMATCH` when the number of leaves differs. */
export function treeUnflatten<Leaf>(structure: TreeStructure, leaves: readonly Leaf[]): Tree<Leaf> {
  let next = 0;
  const build = (node: TreeStructure): Tree<Leaf> => {
    if (node === null) {
      if (next >= leaves.length) {
        throw new KdError('SHAPE_MISMATCH', `The tree has more than the ${leaves.length} leaves given.`);
      }
      return leaves[next++]!;
    }
    if (Array.isArray(node)) return node.map(build);
    const children = node as Record<string, TreeStructure>;
    // Sorted again: JavaScript enumerates '2' before '10' whatever the order of insertion.
    return Object.fromEntries(
      Object.keys(children)
        .sort()
        .map((key) => [key, build(children[key]!)]),
    );
  };
  const tree = build(structure);
  if (next !== leaves.length) {
    throw new KdError('SHAPE_MISMATCH', `The tree has ${next} leaves, but ${leaves.length} were given.`);
  }
  return tree;
}

/** Applies `fn` to every leaf and keeps the structure. */
export function treeMap<A, B>(tree: Tree<A>, fn: (leaf: A, path: string) => B): Tree<B> {
  const mapped: B[] = [];
  visitTree(tree, (leaf, path) => mapped.push(fn(leaf, path)));
  return treeUnflatten(treeStructure(tree), mapped);
}

/** Applies `fn` to the leaves of two trees of equal structure; otherwise throws `SHAPE_MISMATCH`. */
export function treeMap2<A, B, C>(a: Tree<A>, b: Tree<B>, fn: (a: A, b: B, path: string) => C): Tree<C> {
  const structure = treeStructure(a);
  if (JSON.stringify(structure) !== JSON.stringify(treeStructure(b))) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `Two trees must have the same structure, but one has the leaves [${treePaths(a).join(', ')}] and the other [${treePaths(b).join(', ')}].`,
    );
  }
  const other = treeLeaves(b);
  const paths = treePaths(a);
  return treeUnflatten(
    structure,
    treeLeaves(a).map((leaf, index) => fn(leaf, other[index]!, paths[index]!)),
  );
}
