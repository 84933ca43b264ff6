import { KdError, type Tree } from 'kd-core';

/** The leaf of `tree` at a path such as `stage1/0/norm2/scale`, if there is one. */
function findLeaf<Leaf>(tree: Tree<Leaf>, path: string): Leaf | undefined {
  let node: unknown = tree;
  for (const key of path.split('/')) {
    const holds = typeof node === 'object' && node !== null && Object.hasOwn(node, key);
    if (!holds) return undefined;
    node = (node as Readonly<Record<string, unknown>>)[key];
  }
  return node as Leaf;
}

/** The variable at `path`, wherever among `variables` it is. Throws `INVALID_ARGUMENT` where there is none. */
export function variableAt<Leaf>(
  { params, state }: { readonly params: Tree<Leaf>; readonly state: Tree<Leaf> },
  path: string,
): Leaf {
  const found = findLeaf(params, path) ?? findLeaf(state, path);
  if (found !== undefined) return found;
  throw new KdError(
    'INVALID_ARGUMENT',
    `The network has no variable '${path}', which its description names.`,
  );
}
