import {
  type HostTensor,
  KdError,
  type Model,
  type ModelVariables,
  prngKey,
  type Tree,
  visitTree,
} from 'kd-core';

/** Throws `SHAPE_MISMATCH`, naming `who` and the first path that differs, for variables that are not those of `model`. */
export function checkVariables(who: string, model: Model, variables: ModelVariables<HostTensor>): void {
  const shapes = (tree: ModelVariables<HostTensor>): Map<string, string> => {
    const found = new Map<string, string>();
    visitTree<HostTensor>(tree as unknown as Tree<HostTensor>, ({ dtype, shape }, path) => {
      found.set(path, `${dtype} [${shape.join(', ')}]`);
    });
    return found;
  };
  const given = shapes(variables);
  const expected = shapes(model.init(prngKey(0)));
  for (const path of new Set([...expected.keys(), ...given.keys()])) {
    if (given.get(path) === expected.get(path)) continue;
    throw new KdError(
      'SHAPE_MISMATCH',
      `The variables of ${who} do not fit '${model.name}': '${path}' is ${given.get(path) ?? 'absent'}, expected ${expected.get(path) ?? 'absent'}.`,
    );
  }
}
