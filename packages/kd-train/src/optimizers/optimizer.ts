import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { HostTree, Tree } from 'kd-core';
import type { ConfigValue } from '../hash.ts';

export interface OptimizerUpdate {
  readonly params: Tree<Tensor>;
  /** Same structure as `params`. */
  readonly gradients: Tree<Tensor>;
  /** What `init` or the previous update gave. */
  readonly state: Tree<Tensor>;
  /** An input of the step, not a constant of it: a schedule never recompiles. */
  readonly learningRate: Scalar;
  /**
   * Paths of the parameters that the loss reaches; default all. The others stay as they are, and so does what is
   * remembered of them: neither momentum nor weight decay moves a parameter that has no gradient, as in PyTorch.
   */
  readonly reached?: ReadonlySet<string>;
}

/** A rule that updates parameters: pure functions on trees of tensors. All of its memory is in `state`. */
export interface Optimizer {
  readonly name: string;
  /** The settings as data, those of single parameters included; compared when a run is resumed. */
  describe(params: HostTree): ConfigValue;
  init(params: HostTree): HostTree;
  update(update: OptimizerUpdate): { readonly params: Tree<Tensor>; readonly state: Tree<Tensor> };
}
