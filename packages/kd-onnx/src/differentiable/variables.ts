import { type HostTensor, sizeOf } from 'kd-core';
import type { OnnxModel, OnnxNode, OnnxTensor } from '../reader/onnx-model.ts';
import { hostTensorOf } from '../reader/tensor-data.ts';
import { constantValue } from './constant-value.ts';
import type { NetworkNode } from './network-nodes.ts';
import type { KnownValue } from './value.ts';

/** Running statistics of one batch normalisation: names of state variables. */
interface TrackedStatistics {
  readonly mean: string;
  readonly variance: string;
}

/** What becomes of the constants that a network reads. */
export interface NetworkVariables {
  /** Trained, by variable name. */
  readonly params: Readonly<Record<string, HostTensor>>;
  /** Running statistics, by variable name. */
  readonly state: Readonly<Record<string, HostTensor>>;
  /** The variables that a node reads as parameters, by the position of the input. */
  readonly paramsOf: ReadonlyMap<OnnxNode, ReadonlyMap<number, string>>;
  readonly statisticsOf: ReadonlyMap<OnnxNode, TrackedStatistics>;
  /** Everything else, by value name. */
  readonly constants: ReadonlyMap<string, KnownValue>;
}

/**
 * Sorts a file's constants. Parameters are the float ones that hold weights of a layer, and those with more than one
 * element that are computed with otherwise, unless they make settings of others, or are applied to the images before
 * the first layer, which is preprocessing. Means and variances of batch normalisations are state, a pair for each of them.
 *
 * Layers that read the same weights share them. A constant of one repeated number is not shared: writers of files store equal
 * biases of zeros, or scales of ones, of a network that was not trained yet once.
 */
export function sortVariables(
  model: OnnxModel,
  nodes: readonly NetworkNode[],
  input: string,
): NetworkVariables {
  const tensors = constantTensors(model, nodes);
  const trained = trainedInputs(nodes, tensors, input);
  const { params, paramsOf } = parametersOf(nodes, tensors, trained);
  const { state, statisticsOf } = statisticsOfNorms(nodes, tensors);
  const constants = new Map<string, KnownValue>();
  for (const { node, definition } of nodes) {
    const statistics: readonly number[] = statisticsOf.has(node) ? definition.statistics! : [];
    node.inputs.forEach((name, position) => {
      const tensor = model.graph.initializers.get(name);
      const isVariable = statistics.includes(position) || paramsOf.get(node)?.has(position);
      if (tensor !== undefined && !isVariable && !constants.has(name))
        constants.set(name, constantValue(tensor));
    });
  }
  return { params, state, paramsOf, statisticsOf, constants };
}

type TrainedInputs = ReadonlyMap<OnnxNode, readonly number[]>;

function parametersOf(
  nodes: readonly NetworkNode[],
  tensors: ReadonlyMap<string, OnnxTensor>,
  trained: TrainedInputs,
): Pick<NetworkVariables, 'params' | 'paramsOf'> {
  const names = new UniqueNames();
  const params: Record<string, HostTensor> = {};
  const shared = new Map<string, string>();
  const paramsOf = new Map<OnnxNode, ReadonlyMap<number, string>>();
  for (const { node } of nodes) {
    const read = new Map<number, string>();
    for (const position of trained.get(node) ?? []) {
      const name = node.inputs[position]!;
      const known = shared.get(name);
      const variable = known ?? names.take(name);
      read.set(position, variable);
      if (known !== undefined) continue;
      const value = hostTensorOf(tensors.get(name)!);
      params[variable] = value;
      if (!isOneNumber(value)) shared.set(name, variable);
    }
    if (read.size > 0) paramsOf.set(node, read);
  }
  return { params, paramsOf };
}

function isOneNumber({ data }: HostTensor): boolean {
  return data.every((each) => each === data[0]);
}

function statisticsOfNorms(
  nodes: readonly NetworkNode[],
  tensors: ReadonlyMap<string, OnnxTensor>,
): Pick<NetworkVariables, 'state' | 'statisticsOf'> {
  const names = new UniqueNames();
  const state: Record<string, HostTensor> = {};
  const statisticsOf = new Map<OnnxNode, TrackedStatistics>();
  for (const { node, definition } of nodes) {
    const [mean, variance] = (definition.statistics ?? []).map((position) => node.inputs[position] ?? '');
    const [means, variances] = [mean, variance].map((name) => tensors.get(name ?? ''));
    if (means === undefined || variances === undefined) continue;
    const tracked = { mean: names.take(mean!), variance: names.take(variance!) };
    state[tracked.mean] = hostTensorOf(means);
    state[tracked.variance] = hostTensorOf(variances);
    statisticsOf.set(node, tracked);
  }
  return { state, statisticsOf };
}

/** Initialisers, and the values of `Constant` nodes, in the order in which they are read first. */
function constantTensors(
  { graph }: OnnxModel,
  nodes: readonly NetworkNode[],
): ReadonlyMap<string, OnnxTensor> {
  const ofNodes = new Map<string, OnnxTensor>();
  for (const { node } of nodes) {
    const value = node.attributes.get('value');
    if (node.opType === 'Constant' && value?.kind === 'tensor') ofNodes.set(node.outputs[0]!, value.value);
  }
  const read = new Map<string, OnnxTensor>();
  for (const name of nodes.flatMap(({ node }) => node.inputs)) {
    const tensor = graph.initializers.get(name) ?? ofNodes.get(name);
    if (tensor !== undefined) read.set(name, tensor);
  }
  return read;
}

const FLOAT_TYPES: ReadonlySet<string> = new Set(['float32', 'float16', 'bfloat16', 'float64']);

/** The positions of the inputs of each node that are parameters. */
function trainedInputs(
  nodes: readonly NetworkNode[],
  tensors: ReadonlyMap<string, OnnxTensor>,
  input: string,
): TrainedInputs {
  const trained = new Map<OnnxNode, readonly number[]>();
  const ofSettings = nodesOfSettings(nodes);
  const ofImages = new Set([input]);
  const behindLayers = new Set<string>();
  for (const { node, definition } of nodes) {
    const { weights = [], statistics = [], settings = [] } = definition;
    const isBehind = weights.length > 0 || node.inputs.some((name) => behindLayers.has(name));
    const isPreprocessing = !isBehind && node.inputs.some((name) => ofImages.has(name));
    for (const output of node.outputs) {
      if (isBehind) behindLayers.add(output);
      if (isPreprocessing) ofImages.add(output);
    }
    if (isPreprocessing || ofSettings.has(node)) continue;
    const untrained: readonly number[] = [...statistics, ...settings];
    const isTrained = (name: string, position: number): boolean => {
      const tensor = tensors.get(name);
      if (tensor === undefined || !FLOAT_TYPES.has(tensor.dtype) || untrained.includes(position))
        return false;
      return weights.includes(position) || sizeOf(tensor.shape) > 1;
    };
    trained.set(
      node,
      [...node.inputs.keys()].filter((position) => isTrained(node.inputs[position]!, position)),
    );
  }
  return trained;
}

/** Nodes that compute what others take as settings: a size from a shape and a factor. */
function nodesOfSettings(nodes: readonly NetworkNode[]): ReadonlySet<OnnxNode> {
  const names = new Set<string>();
  const found = new Set<OnnxNode>();
  for (const { node, definition } of nodes.toReversed()) {
    const isFound = node.outputs.some((name) => names.has(name));
    if (isFound) found.add(node);
    const readsShapeOnly = node.opType === 'Shape' || node.opType === 'Size';
    node.inputs.forEach((name, position) => {
      const isSetting = definition.settings?.includes(position) ?? false;
      if (name !== '' && (isSetting || (isFound && !readsShapeOnly))) names.add(name);
    });
  }
  return found;
}

/** Names of variables: one level of a tree, whose paths have slashes. */
class UniqueNames {
  readonly #taken = new Set<string>();

  take(name: string): string {
    const plain = name
      .replace(/^[/.]+/, '')
      .replaceAll('/', '.')
      .replace(/[^\w.:-]/g, '_');
    const base = plain === '' || plain === '__proto__' ? `variable${plain}` : plain;
    let unique = base;
    for (let count = 2; this.#taken.has(unique); count++) unique = `${base}_${count}`;
    this.#taken.add(unique);
    return unique;
  }
}
