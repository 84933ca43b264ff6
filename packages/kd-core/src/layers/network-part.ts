import type { Tensor } from '@tensorflow/tfjs-core';
import { KdError } from '../errors.ts';
import type { ApplyOptions, ModelVariables } from '../model.ts';
import type { PrngKey } from '../random/index.ts';
import { type HostTensor, sizeOf } from '../trees/host-tensor.ts';
import { type Tree, visitTree } from '../trees/tree.ts';
import { treeFromPaths } from '../trees/tree-from-paths.ts';
import { applyNetwork } from './apply-network.ts';
import { describeNetwork } from './describe-network.ts';
import { initialValue, type KernelInitializer } from './initializer.ts';
import type { Network } from './layers.ts';
import type { NetworkDescription, Shape, VariableDescription } from './network-description.ts';

export interface NetworkPartOptions {
  /** For messages. */
  readonly name: string;
  /** Of one sample: [height, width, channels] or [features]. */
  readonly inputShape: Shape;
  readonly network: Network;
  /** Where the kernels of convolutions start that say nothing else; default `kaimingNormal`. */
  readonly kernelInitializer?: KernelInitializer | undefined;
}

export interface NetworkPartOutput {
  readonly output: Tensor;
  readonly taps: Readonly<Record<string, Tensor>>;
  /** `variables.state` after this pass; unchanged values when `train` is false. */
  readonly state: Tree<Tensor>;
}

/** A network, or a part of a method that has variables of its own, as pure functions of them. */
export interface NetworkPart {
  readonly description: NetworkDescription;
  /** Trained scalars. */
  readonly parameters: number;
  init(key: PrngKey): ModelVariables<HostTensor>;
  /** `x` [batch, ...inputShape] to [batch, ...description.outputShape]. */
  apply(variables: ModelVariables<Tensor>, x: Tensor, options: ApplyOptions): NetworkPartOutput;
}

/**
 * Makes functions of a network that is written in the vocabulary of `Layers`. Throws `INVALID_ARGUMENT` when the network
 * is not well formed. `apply` throws `SHAPE_MISMATCH` when the variables are not those of the network, with every one
 * that is missing, unknown or misshaped.
 */
export function networkPart({
  name,
  inputShape,
  network,
  kernelInitializer,
}: NetworkPartOptions): NetworkPart {
  const description = describeNetwork(network, inputShape, kernelInitializer);
  const { variables } = description;
  const ofKinds = (...kinds: VariableDescription['kind'][]): readonly VariableDescription[] =>
    variables.filter(({ kind }) => kinds.includes(kind));
  const frozenPaths = new Set(ofKinds('frozen').map(({ path }) => path));
  return {
    description,
    parameters: ofKinds('param').reduce((sum, { shape }) => sum + sizeOf(shape), 0),

    init(key) {
      const draw = (...kinds: VariableDescription['kind'][]): Tree<HostTensor> =>
        treeFromPaths(
          ofKinds(...kinds).map(({ path, shape, initializer }) => [
            path,
            initialValue(key, path, shape, initializer),
          ]),
        );
      return { params: draw('param'), state: draw('state', 'frozen') };
    },

    apply(values, x, { train }) {
      const byPath = collectVariables(name, variables, values);
      const { output, taps, updatedState } = applyNetwork(network, byPath, x, train);
      const stateAfter = (): Tree<Tensor> =>
        treeFromPaths(
          [...byPath].flatMap(([path, value]) => {
            const updated = updatedState.get(path) ?? (frozenPaths.has(path) ? value : undefined);
            return updated === undefined ? [] : [[path, updated] as const];
          }),
        );
      return { output, taps, state: train ? stateAfter() : values.state };
    },
  };
}

function collectVariables(
  name: string,
  expected: readonly VariableDescription[],
  values: ModelVariables<Tensor>,
): Map<string, Tensor> {
  const found = new Map<string, Tensor>();
  const problems: string[] = [];
  const kinds = new Map(expected.map(({ path, kind }) => [path, kind === 'frozen' ? 'state' : kind]));
  for (const [kind, tree] of [['param', values.params] as const, ['state', values.state] as const]) {
    visitTree<Tensor>(tree, (leaf, path) => {
      if (kinds.get(path) === kind) found.set(path, leaf);
      else problems.push(`unknown ${kind} ${path}`);
    });
  }
  for (const { path, kind, shape } of expected) {
    const value = found.get(path);
    if (value === undefined) problems.push(`missing ${kind} ${path} [${shape.join(', ')}]`);
    else if (value.shape.join() !== shape.join()) {
      problems.push(`${path} is [${value.shape.join(', ')}], expected [${shape.join(', ')}]`);
    }
  }
  if (problems.length > 0) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `The variables are not those of ${name}: ${problems.join('; ')}. Use the variables of this model's init or import.`,
      { details: { problems } },
    );
  }
  return found;
}
