import { type HostTensor, sizeOf } from 'kd-core';
import type { OnnxModel, OnnxNode, OnnxTensor } from '../reader/onnx-model.ts';
import { hostTensorOf } from '../reader/tensor-data.ts';
import { constantValue } from './constant-value.ts';
import type { NetworkNode } from './network-nodes.ts';
import type { KnownValue } from './value.ts';

/** Running statistics of one batch normalisation: names of state variables. */
export interface TrackedStatistics {
  readonly mean: string;
  readonly variance: string;
}

/** What becomes of the constants that a network reads. */
export interface NetworkVariables {
  /** Trained, by variable name. */
  readonly params: Readonly<Record<string, HostTensor>>;
  /** Running statistics, by variable name. */
  readonly state: Readonly<Record<string, HostTensor>>;
  /** Variable names of the values that are parameters. */
  readonly paramOf: ReadonlyMap<string, string>;
  readonly statisticsOf: ReadonlyMap<OnnxNode, TrackedStatistics>;
  /** Everything else, by value name. */
  readonly constants: ReadonlyMap<string, KnownValue>;
}

/**
 * Sorts a file's constants. Parameters are the float ones that hold weights of a layer, and those with more than one
 * element that are computed with otherwise, unless they make settings of others, or are applied to the images before
 * the first layer, which is preprocessing. Means and variances of batch normalisations are state, a pair for each of them.
 */
export function sortVariables(
  model: OnnxModel,
  nodes: readonly NetworkNode[],
  input: string,
): NetworkVariables {
  const tensors = constantTensors(model, nodes);
  const trained = trainedNames(nodes, tensors, input);
  const names = new UniqueNames();
  const params: Record<string, HostTensor> = {};
  const paramOf = new Map<string, string>();
  for (const [name, tensor] of tensors) {
    if (!trained.has(name)) continue;
    const variable = names.take(name);
    paramOf.set(name, variable);
    params[variable] = hostTensorOf(tensor);
  }
  const state: Record<string, HostTensor> = {};
  const statisticsOf = new Map<OnnxNode, TrackedStatistics>();
  const stateNames = new UniqueNames();
  for (const { node, definition } of nodes) {
    const [mean, variance] = (definition.statistics ?? []).map((position) => node.inputs[position]!);
    const [means, variances] = [mean, variance].map((name) => tensors.get(name ?? ''));
    if (means === undefined || variances === undefined) continue;
    const tracked = { mean: stateNames.take(mean!), variance: stateNames.take(variance!) };
    state[tracked.mean] = hostTensorOf(means);
    state[tracked.variance] = hostTensorOf(variances);
    statisticsOf.set(node, tracked);
  }
  const constants = new Map<string, KnownValue>();
  for (const name of knownNames(nodes, trained, statisticsOf)) {
    const tensor = model.graph.initializers.get(name);
    if (tensor !== undefined) constants.set(name, constantValue(tensor));
  }
  return { params, state, paramOf, statisticsOf, constants };
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

function trainedNames(
  nodes: readonly NetworkNode[],
  tensors: ReadonlyMap<string, OnnxTensor>,
  input: string,
): ReadonlySet<string> {
  const trained = new Set<string>();
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
    node.inputs.forEach((name, position) => {
      const tensor = tensors.get(name);
      if (tensor === undefined || !FLOAT_TYPES.has(tensor.dtype) || untrained.includes(position)) return;
      if (weights.includes(position) || sizeOf(tensor.shape) > 1) trained.add(name);
    });
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

/** Names of inputs that are neither parameters nor state everywhere they are read. */
function knownNames(
  nodes: readonly NetworkNode[],
  trained: ReadonlySet<string>,
  statisticsOf: ReadonlyMap<OnnxNode, TrackedStatistics>,
): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { node, definition } of nodes) {
    node.inputs.forEach((name, position) => {
      const statistics: readonly number[] = definition.statistics ?? [];
      const isState = statisticsOf.has(node) && statistics.includes(position);
      const isSetting = definition.settings?.includes(position) ?? false;
      if (!isState && (isSetting || !trained.has(name))) names.add(name);
    });
  }
  return names;
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
