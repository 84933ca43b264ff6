import { HostTensor, type HostTree, treeMap } from 'kd-core';

/** Float32 zeros in the shapes of `tree`. */
export function zerosOf(tree: HostTree): HostTree {
  return treeMap<HostTensor, HostTensor>(
    tree,
    ({ data, shape }) => new HostTensor(new Float32Array(data.length), shape),
  );
}
