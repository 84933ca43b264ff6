import { reshape, type Tensor, type Tensor2D, type Tensor4D } from '@tensorflow/tfjs-core';
import {
  type ApplyOptions,
  type HostTensor,
  KdError,
  type Model,
  type ModelOutput,
  type ModelSummary,
  type ModelVariables,
  requireArgument,
} from 'kd-core';
import { nearestNames } from '../reader/nearest-names.ts';
import type { OnnxModel } from '../reader/onnx-model.ts';
import { type ImageInput, type ImageInputOptions, imageValue, resolveImageInput } from './image-input.ts';
import { readNetworkNodes } from './network-nodes.ts';
import { type NetworkRun, runNetwork } from './run-network.ts';
import { summarize } from './summarize.ts';
import { channelsLast, plain, type Value } from './value.ts';
import { type NetworkVariables, sortVariables } from './variables.ts';

export interface DifferentiableOnnxOptions extends ImageInputOptions {
  /** A decoded file, with its data in memory: see `decodeModel` and `loadExternalData`. */
  readonly model: OnnxModel;
  /** Shown in errors and reports; default the graph's own name. */
  readonly name?: string;
  /** The value that is the logits, [batch, classes] or with further axes of size 1; needed where the graph has several outputs. */
  readonly logits?: string;
  /** Names of values by the names that methods know them by. Values of 4 axes are taken for maps [batch, channels, height, width]. */
  readonly taps?: Readonly<Record<string, string>>;
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
 * not have, and for sizes that it leaves open; `SHAPE_MISMATCH` naming the node whose operands do not fit.
 */
export function differentiableOnnxModel(options: DifferentiableOnnxOptions): DifferentiableOnnxModel {
  const { model: file, taps = {} } = options;
  const name = options.name ?? (file.graph.name === '' ? 'onnx' : file.graph.name);
  const input = resolveImageInput(file, options);
  const logits = options.logits ?? onlyOutput(file);
  requireValues(file, [logits, ...Object.values(taps)]);
  const nodes = readNetworkNodes(file, [logits, ...Object.values(taps)]);
  const variables = sortVariables(file, nodes, input.name);
  const network: Network = { name, input, logits, taps, nodes, variables };

  const apply = (
    values: ModelVariables<Tensor>,
    images: Tensor4D,
    { train }: ApplyOptions,
    observe?: NetworkRun['observe'],
  ): ModelOutput => applyNetwork(network, values, images, train, observe);
  const summary = summarize(network, apply);
  const { params, state } = variables;
  const classes = summary.classes;
  return {
    variables: { params, state },
    model: {
      name,
      inputShape: input.inputShape,
      classes,
      init: () => ({ params, state }),
      apply: (values, images, applyOptions) => apply(values, images, applyOptions),
      summary: (): ModelSummary => summary.summary,
    },
  };
}

/** A graph that has been read. */
export interface Network {
  readonly name: string;
  readonly input: ImageInput;
  readonly logits: string;
  readonly taps: Readonly<Record<string, string>>;
  readonly nodes: NetworkRun['nodes'];
  readonly variables: NetworkVariables;
}

function applyNetwork(
  { name, input, logits, taps, nodes, variables }: Network,
  values: ModelVariables<Tensor>,
  images: Tensor4D,
  train: boolean,
  observe: NetworkRun['observe'],
): ModelOutput {
  requireImages(name, input.inputShape, images);
  const params = requireVariables(name, 'param', variables.params, values.params);
  const state = requireVariables(name, 'state', variables.state, values.state);
  const result = runNetwork({
    nodes,
    variables,
    params,
    state,
    input: { name: input.name, value: imageValue(input, images) },
    batchFactor: input.fixedBatch === undefined ? 1 : images.shape[0] / input.fixedBatch,
    train,
    ...(observe !== undefined && { observe }),
  });
  return {
    logits: asLogits(logits, result.value(logits), images.shape[0]),
    taps: Object.fromEntries(Object.entries(taps).map(([tap, value]) => [tap, asTap(result.value(value))])),
    state: result.state,
  };
}

function asTap(value: Value): Tensor {
  return value.shape.length === 4 ? channelsLast(value) : plain(value);
}

function asLogits(name: string, value: Value, batch: number): Tensor2D {
  const [first, classes, ...rest] = value.shape;
  if (first !== batch || classes === undefined || rest.some((size) => size !== 1)) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `The logits must be [${batch}, classes], but '${name}' is [${value.shape.join(', ')}]. Name another value with logits.`,
    );
  }
  return reshape(plain(value), [batch, classes]);
}

function onlyOutput({ graph }: OnnxModel): string {
  const names = graph.outputs.map((output) => output.name);
  requireArgument(
    names.length === 1,
    () => `The file has ${names.length} outputs: ${names.join(', ')}. Name the logits with logits.`,
  );
  return names[0]!;
}

function requireValues({ graph }: OnnxModel, names: readonly string[]): void {
  const computed = new Set(graph.nodes.flatMap((node) => node.outputs));
  computed.delete('');
  const unknown = names.filter((name) => !computed.has(name));
  requireArgument(unknown.length === 0, () => {
    const near = unknown.flatMap((name) => nearestNames(name, computed));
    return `The graph computes no value ${unknown.map((name) => `'${name}'`).join(', ')}.${near.length === 0 ? '' : ` Similar names: ${near.join(', ')}.`}`;
  });
}

function requireImages(name: string, inputShape: readonly number[], images: Tensor4D): void {
  const [, ...perImage] = images.shape;
  if (images.rank === 4 && perImage.every((size, axis) => size === inputShape[axis])) return;
  throw new KdError(
    'SHAPE_MISMATCH',
    `${name} takes images of shape [batch, ${inputShape.join(', ')}], got [${images.shape.join(', ')}]. Resize the images, or import the file with that inputShape if it leaves sizes open.`,
  );
}

function requireVariables(
  name: string,
  kind: 'param' | 'state',
  expected: Readonly<Record<string, HostTensor>>,
  given: ModelVariables<Tensor>['params'],
): Readonly<Record<string, Tensor>> {
  const found = given as Readonly<Record<string, Tensor>>;
  const problems = [
    ...Object.keys(found)
      .filter((path) => !Object.hasOwn(expected, path))
      .map((path) => `unknown ${kind} ${path}`),
    ...Object.entries(expected).flatMap(([path, { shape }]) => {
      const value = Object.hasOwn(found, path) ? found[path] : undefined;
      if (value === undefined) return [`missing ${kind} ${path} [${shape.join(', ')}]`];
      if (value.shape?.join() === shape.join()) return [];
      return [`${path} is [${value.shape?.join(', ')}], expected [${shape.join(', ')}]`];
    }),
  ];
  if (problems.length === 0) return found;
  throw new KdError(
    'SHAPE_MISMATCH',
    `The variables are not those of ${name}: ${problems.join('; ')}. Use the variables that came with this model.`,
    { details: { problems } },
  );
}
