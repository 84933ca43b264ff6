import type { Tree } from './tree.ts';

/** Nested objects from values named by path: `a/b` becomes `{ a: { b } }`. Paths must not be prefixes of others. */
export function treeFromPaths<Leaf>(entries: Iterable<readonly [path: string, leaf: Leaf]>): Tree<Leaf> {
  const root: Record<string, Tree<Leaf>> = {};
  for (const [path, leaf] of entries) {
    const keys = path.split('/');
    const last = keys.pop()!;
    let node = root;
    for (const key of keys) {
      // What every object inherits is no node, and must not be written to.
      if (!Object.hasOwn(node, key)) node[key] = {};
      node = node[key] as Record<string, Tree<Leaf>>;
    }
    node[last] = leaf;
  }
  return root;
}
