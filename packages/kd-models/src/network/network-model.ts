import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import {
  KdError,
  type KernelInitializer,
  type Model,
  type ModelSummary,
  type Network,
  networkPart,
  requireArgument,
  sizeOf,
  type VariableDescription,
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
  const part = networkPart({ name, inputShape, network, kernelInitializer });
  const { description, parameters } = part;
  const { variables, outputShape, classifier } = description;
  requireArgument(
    outputShape.length === 1 && outputShape[0] === classes,
    () => `${name} must give logits [${classes}], but its last layer gives [${outputShape.join(', ')}].`,
  );
  const elements = (counted: VariableDescription['kind']): number =>
    variables.reduce((sum, { kind, shape }) => (kind === counted ? sum + sizeOf(shape) : sum), 0);

  return {
    name,
    inputShape,
    classes,
    variables,
    pyTorchNames,
    ...(classifier !== undefined && { classifier }),
    init: (key) => part.init(key),

    apply(values, images, options) {
      requireImages(name, inputShape, images);
      const { output, taps, state } = part.apply(values, images, options);
      return { logits: output as Tensor2D, taps, state };
    },

    summary(): ModelSummary {
      return {
        parameters,
        frozenParameters: elements('frozen'),
        stateElements: elements('state'),
        macs: description.macs,
        activationBytes: description.activationElements * BYTES_PER_FLOAT,
        taps: description.taps,
        tapNorms: description.tapNorms,
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
