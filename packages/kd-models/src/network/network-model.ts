import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import {
  type ApplyOptions,
  applyNetwork,
  describeNetwork,
  type HostTensor,
  initialValue,
  KdError,
  type KernelInitializer,
  type Model,
  type ModelOutput,
  type ModelSummary,
  type ModelVariables,
  type Network,
  type PrngKey,
  requireArgument,
  sizeOf,
  type Tree,
  treeFromPaths,
  type VariableDescription,
  visitTree,
} from 'kd-core';

const BYTES_PER_FLOAT = 4;

/** A model that knows its variables without drawing them. */
export interface NetworkModel extends Model {
  readonly variables: readonly VariableDescription[];
  /**
   * What the state dicts of PyTorch implementations call a variable of `variables`, by convention (`repdistiller`,
   * `torchvision`, ...), the usual one first; empty where there is no counterpart.
   */
  readonly pyTorchNames: PyTorchNames;
}

/** From the name of a convention to its name for the variable at a path. */
export type PyTorchNames = Readonly<Record<string, (path: string) => string>>;

export interface NetworkModelOptions {
  readonly name: string;
  readonly inputShape: readonly [height: number, width: number, channels: number];
  readonly classes: number;
  readonly network: Network;
  /** Where the kernels of convolutions start that say nothing else; default `kaimingNormal`. */
  readonly kernelInitializer?: KernelInitializer;
  /** The names of variables in state dicts of PyTorch counterparts. Default none. */
  readonly pyTorchNames?: PyTorchNames;
}

/**
 * Makes a model of a network. Throws `INVALID_ARGUMENT` when the network is not well formed or does not end in
 * [classes] logits. `apply` throws `SHAPE_MISMATCH` when the images or the variables are not
 * those of the network, with every variable that is missing, unknown or misshaped.
 */
export function networkModel({
  name,
  inputShape,
  classes,
  network,
  kernelInitializer,
  pyTorchNames = {},
}: NetworkModelOptions): NetworkModel {
  const description = describeNetwork(network, inputShape, kernelInitializer);
  const { variables, outputShape } = description;
  requireArgument(
    outputShape.length === 1 && outputShape[0] === classes,
    () => `${name} must give logits [${classes}], but its last layer gives [${outputShape.join(', ')}].`,
  );
  const ofKinds = (...kinds: VariableDescription['kind'][]): readonly VariableDescription[] =>
    variables.filter(({ kind }) => kinds.includes(kind));
  const elements = (kind: VariableDescription['kind']): number =>
    ofKinds(kind).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const frozenPaths = new Set(ofKinds('frozen').map(({ path }) => path));

  return {
    name,
    inputShape,
    classes,
    variables,
    pyTorchNames,

    init(key: PrngKey): ModelVariables<HostTensor> {
      const draw = (...kinds: VariableDescription['kind'][]): Tree<HostTensor> =>
        treeFromPaths(
          ofKinds(...kinds).map(({ path, shape, initializer }) => [
            path,
            initialValue(key, path, shape, initializer),
          ]),
        );
      return { params: draw('param'), state: draw('state', 'frozen') };
    },

    apply(values: ModelVariables<Tensor>, images: Tensor4D, { train }: ApplyOptions): ModelOutput {
      requireImages(name, inputShape, images);
      const byPath = collectVariables(name, variables, values);
      const { output, taps, updatedState } = applyNetwork(network, byPath, images, train);
      const stateAfter = (): Tree<Tensor> =>
        treeFromPaths(
          [...byPath].flatMap(([path, value]) => {
            const updated = updatedState.get(path) ?? (frozenPaths.has(path) ? value : undefined);
            return updated === undefined ? [] : [[path, updated] as const];
          }),
        );
      return { logits: output as Tensor2D, taps, state: train ? stateAfter() : values.state };
    },

    summary(): ModelSummary {
      return {
        parameters: elements('param'),
        frozenParameters: elements('frozen'),
        stateElements: elements('state'),
        macs: description.macs,
        activationBytes: description.activationElements * BYTES_PER_FLOAT,
        taps: description.taps,
      };
    },
  };
}

function requireImages(name: string, inputShape: readonly number[], images: Tensor4D): void {
  const [, ...perImage] = images.shape;
  if (images.rank !== 4 || perImage.some((size, axis) => size !== inputShape[axis])) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `${name} takes images of shape [batch, ${inputShape.join(', ')}], got [${images.shape.join(', ')}]. Resize the images or build the model with that inputShape.`,
    );
  }
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
