import type { Tensor } from '@tensorflow/tfjs-core';
import { KdError, type RunningStatisticsOptions, updateAllRunningStatistics } from 'kd-core';
import type { OnnxNode } from '../reader/onnx-model.ts';
import type { NetworkNode } from './network-nodes.ts';
import { describeNode } from './node-reader.ts';
import { Operands, type Pass } from './operator.ts';
import { computed, type Value } from './value.ts';
import type { NetworkVariables } from './variables.ts';

export interface NetworkRun {
  readonly nodes: readonly NetworkNode[];
  readonly variables: NetworkVariables;
  readonly params: Readonly<Record<string, Tensor>>;
  readonly state: Readonly<Record<string, Tensor>>;
  readonly input: { readonly name: string; readonly value: Value };
  readonly batchFactor: number;
  readonly train: boolean;
  /** Called with what each node took and gave. */
  readonly observe?: (
    node: NetworkNode,
    inputs: readonly (Value | undefined)[],
    outputs: readonly Value[],
  ) => void;
}

export interface NetworkResult {
  /** Throws `PARSE` for a value that the network does not compute. */
  value(name: string): Value;
  /** Running statistics after this pass; the given ones where `train` is false. */
  readonly state: Readonly<Record<string, Tensor>>;
}

/**
 * Computes the nodes one after the other. Throws `SHAPE_MISMATCH` naming the node whose operands do not fit, `PARSE` for a
 * value that is read before it is computed.
 */
export function runNetwork(run: NetworkRun): NetworkResult {
  const { nodes, variables, input } = run;
  const values = new Map<string, Value>([[input.name, input.value]]);
  const find = (name: string, reader: string): Value => {
    const value = values.get(name) ?? variables.constants.get(name);
    if (value !== undefined) return value;
    throw new KdError('PARSE', `${reader} reads the value '${name}', which nothing has computed.`);
  };
  const tracked = new Map<OnnxNode, RunningStatisticsOptions>();
  const pass: Pass = {
    train: run.train,
    batchFactor: run.batchFactor,
    track: (node, statistics) => {
      const { mean, variance } = variables.statisticsOf.get(node)!;
      const state = { mean: run.state[mean], variance: run.state[variance] };
      tracked.set(node, { ...statistics, state } as RunningStatisticsOptions);
    },
  };
  for (const network of nodes) {
    const { node } = network;
    const inputs = node.inputs.map((name, position): Value | undefined => {
      const variable = variableOf(run, network, position);
      if (variable !== undefined) return computed(variable);
      return name === '' ? undefined : find(name, describeNode(node));
    });
    const result = evaluated(network, inputs, pass);
    const outputs = Array.isArray(result) ? (result as readonly Value[]) : [result as Value];
    node.outputs.forEach((name, position) => {
      if (name !== '') values.set(name, outputs[position]!);
    });
    run.observe?.(network, inputs, outputs);
  }
  return { value: (name) => find(name, 'The result'), state: updatedState(run, tracked) };
}

/** The parameter or the running statistic that a node reads at a position. */
function variableOf(
  { variables, params, state }: NetworkRun,
  { node, definition }: NetworkNode,
  position: number,
): Tensor | undefined {
  const param = variables.paramsOf.get(node)?.get(position);
  if (param !== undefined) return params[param];
  const tracked = variables.statisticsOf.get(node);
  if (tracked === undefined) return undefined;
  const [mean, variance] = definition.statistics!;
  if (position === mean) return state[tracked.mean];
  return position === variance ? state[tracked.variance] : undefined;
}

function evaluated(
  { node, evaluate }: NetworkNode,
  inputs: readonly (Value | undefined)[],
  pass: Pass,
): Value | readonly Value[] {
  try {
    return evaluate(new Operands(node, inputs), pass);
  } catch (error) {
    if (isExplained(error, node)) throw error;
    const shapes = inputs.map((value) => (value === undefined ? 'none' : `[${value.shape.join(', ')}]`));
    const reason = error instanceof Error ? error.message : String(error);
    throw new KdError(
      'SHAPE_MISMATCH',
      `${describeNode(node)} cannot be computed of ${shapes.join(' and ')}: ${reason}`,
      { cause: error },
    );
  }
}

/** Whether an error says by itself which node is meant, or is not about its operands. */
function isExplained(error: unknown, node: OnnxNode): boolean {
  if (!KdError.isInstance(error)) return false;
  const isOfOperands = error.code === 'INVALID_ARGUMENT' || error.code === 'SHAPE_MISMATCH';
  return !isOfOperands || error.message.includes(describeNode(node));
}

function updatedState(
  { state, variables }: NetworkRun,
  tracked: ReadonlyMap<OnnxNode, RunningStatisticsOptions>,
): Readonly<Record<string, Tensor>> {
  const updated = updateAllRunningStatistics([...tracked.values()]);
  const entries = [...tracked.keys()].flatMap((node, layer) => {
    const { mean, variance } = variables.statisticsOf.get(node)!;
    return [
      [mean, updated[layer]!.mean],
      [variance, updated[layer]!.variance],
    ];
  });
  return { ...state, ...Object.fromEntries(entries) };
}
