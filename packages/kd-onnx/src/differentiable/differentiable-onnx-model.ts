import {
  type HostTensor,
  type Model,
  type ModelSummary,
  type ModelVariables,
  requireArgument,
} from 'kd-core';
import type { OnnxGraph, OnnxModel } from '../reader/onnx-model.ts';
import { requireComputed } from '../reader/with-outputs.ts';
import { applyNetwork, type Network, type OnnxTap } from './apply-network.ts';
import { type OnnxImageInput, requireImageInput } from './image-input.ts';
import { readNetworkNodes } from './network-nodes.ts';
import { summarize } from './summarize.ts';
import { sortVariables } from './variables.ts';

export interface DifferentiableOnnxOptions {
  /** A decoded file, with its data in memory: see `decodeModel` and `loadExternalData`. */
  readonly model: OnnxModel;
  /** Shown in errors and reports. */
  readonly name: string;
  readonly input: OnnxImageInput;
  /** The value that is the logits: [batch, classes], or with further axes of size 1. */
  readonly logits: string;
  readonly taps?: Readonly<Record<string, OnnxTap>>;
}

export interface DifferentiableOnnxModel {
  readonly model: Model;
  /** The file's own weights: one level of names, each tensor in the file's shape and order of axes. */
  readonly variables: ModelVariables<HostTensor>;
}

/**
 * Reads an ONNX graph back into a network of tfjs-core ops: a model like any other, which can be trained, pruned, exported, and
 * differentiated with respect to its weights and its images.
 *
 * Float initialisers become parameters under their own names (`variables.params`), running statistics of batch
 * normalisations become state. With `train`, batch normalisations use the statistics of the batch and update their state; what was
 * folded into convolutions stays folded, and dropout is left out. `init` gives the weights of the file, whatever the key.
 * A file with a fixed batch takes any batch.
 *
 * The network is read once as a whole before this returns: throws `UNSUPPORTED` with every node whose operator or form of it is not
 * in the set, and for shapes that depend on values of images; `INVALID_ARGUMENT` for an input, logits or a tap that the file does
 * not have; `SHAPE_MISMATCH` naming the node whose operands do not fit.
 */
export function differentiableOnnxModel(options: DifferentiableOnnxOptions): DifferentiableOnnxModel {
  const { model: file, name, input, logits, taps = {} } = options;
  const { graph } = file;
  requireImageInput(input);
  requireOnlyInput(graph, input.name);
  const results = [logits, ...Object.values(taps).map(({ tensor }) => tensor)];
  requireComputed(graph, results);
  const nodes = readNetworkNodes(file, results);
  const variables = sortVariables(file, nodes, input.name);
  const network: Network = { name, input, logits, taps, nodes, variables };

  const { classes, summary } = summarize(network);
  const { params, state } = variables;
  return {
    variables: { params, state },
    model: {
      name,
      inputShape: input.shape,
      classes,
      init: () => ({ params, state }),
      apply: (values, images, { train }) => applyNetwork(network, values, images, train),
      summary: (): ModelSummary => summary,
    },
  };
}

function requireOnlyInput({ inputs }: OnnxGraph, name: string): void {
  requireArgument(
    inputs.length === 1 && inputs[0]!.name === name,
    () =>
      `The ONNX graph must take '${name}' and nothing else, but takes: ${inputs.map((input) => input.name).join(', ')}.`,
  );
}
