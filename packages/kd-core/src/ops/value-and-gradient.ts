import { engine, keep, type Scalar, type Tensor, tidy, zerosLike } from '@tensorflow/tfjs-core';
import { KdError } from '../errors.ts';
import {
  type TensorTree,
  type Tree,
  treeFlatten,
  treeLeaves,
  treeMap,
  treePaths,
  treeUnflatten,
} from '../trees/tree.ts';

export interface ValueAndGradient<P extends TensorTree, Aux extends TensorTree> {
  readonly value: Scalar;
  /** Same structure as `params`; zeros where `value` does not depend on a parameter. */
  readonly gradient: P;
  /** Paths of the parameters on which `value` depends, whatever the numbers; not through `detach`. */
  readonly reached: ReadonlySet<string>;
  readonly aux: Aux;
}

/**
 * Value and gradient of a scalar function of a tree of tensors.
 * `fn` may return further tensors as `aux`, through which no gradient flows.
 * Throws `SHAPE_MISMATCH` when the value is not a scalar.
 */
export function valueAndGradient<P extends TensorTree, Aux extends TensorTree>(
  fn: (params: P) => { value: Scalar; aux: Aux },
  params: P,
): ValueAndGradient<P, Aux> {
  const { leaves, structure } = treeFlatten<Tensor>(params);
  const reached = new Set<string>();
  const result = tidy(() => {
    let kept: Aux | undefined;
    const { value, grads } = engine().gradients(
      () => {
        const result = fn(params);
        if (result.value.rank !== 0) {
          throw new KdError(
            'SHAPE_MISMATCH',
            `The function to differentiate must return a scalar, got shape [${result.value.shape.join(', ')}]. Reduce it with a mean or a sum.`,
          );
        }
        kept = treeMap<Tensor, Tensor>(result.aux, (leaf) => keep(leaf.clone())) as Aux;
        return result.value;
      },
      leaves,
      undefined,
      true,
    );
    treePaths(params).forEach((path, index) => {
      if (grads[index] !== undefined) reached.add(path);
    });
    const gradient = treeUnflatten<Tensor>(
      structure,
      leaves.map((leaf, index) => (grads[index] as Tensor | undefined) ?? zerosLike(leaf)),
    ) as P;
    const aux = treeMap<Tensor, Tensor>(kept as Tree<Tensor>, (leaf) => leaf.clone()) as Aux;
    for (const leaf of treeLeaves<Tensor>(kept as Tree<Tensor>)) leaf.dispose();
    return { value: value as Scalar, gradient, aux } as never;
  }) as Omit<ValueAndGradient<P, Aux>, 'reached'>;
  return { ...result, reached };
}
