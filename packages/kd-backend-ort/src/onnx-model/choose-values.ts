import { KdError } from 'kd-core';
import { type OnnxGraph, type OnnxNode, type OnnxValue, requireComputed } from 'kd-onnx';

/** The values of a graph that a classifier is made of. */
export interface ChosenValues {
  readonly input: OnnxValue;
  /** Name of the value with the logits. */
  readonly logits: string;
  /** Name of the value of each tap. */
  readonly taps: Readonly<Record<string, string>>;
}

export interface ValueNames {
  readonly input?: string | undefined;
  readonly logits?: string | undefined;
  readonly taps?: Readonly<Record<string, string>> | undefined;
}

/** Finds and checks the values that a user has named, or left to be found. Throws `INVALID_ARGUMENT` with what there is. */
export function chooseValues(graph: OnnxGraph, names: ValueNames): ChosenValues {
  const input = chooseInput(graph, names.input);
  const taps = names.taps ?? {};
  const named = [...(names.logits === undefined ? [] : [names.logits]), ...Object.values(taps)];
  requireComputed(graph, named);
  return { input, logits: chooseLogits(graph, names.logits), taps };
}

function chooseInput(graph: OnnxGraph, name: string | undefined): OnnxValue {
  const found = listed(graph.inputs);
  const [first, ...others] = graph.inputs;
  if (first === undefined) throw refusal(`The ONNX graph takes no input.`);
  if (others.length > 0) {
    throw refusal(
      `The ONNX graph takes ${graph.inputs.length} inputs: ${found}. A model of images takes one; make the others constants when you export it.`,
    );
  }
  if (name === undefined || name === first.name) return first;
  throw refusal(`The ONNX graph has no input '${name}'; it has ${found}.`);
}

function chooseLogits(graph: OnnxGraph, name: string | undefined): string {
  const [first, ...others] = graph.outputs;
  if (name === undefined && (first === undefined || others.length > 0)) {
    throw refusal(
      `The ONNX graph has ${graph.outputs.length} outputs: ${listed(graph.outputs)}. Name the one with the logits: { logits: '...' }.`,
    );
  }
  const output = name ?? first!.name;
  const unnormalized = beforeSoftmax(graph, output);
  if (unnormalized === undefined || name === undefined) return unnormalized ?? output;
  throw refusal(
    `'${name}' holds probabilities: it is the Softmax of '${unnormalized}'. Distillation needs what comes before: { logits: '${unnormalized}' }.`,
  );
}

/** Operators after which the same numbers stand in the same order. */
const UNCHANGED: ReadonlySet<string> = new Set(['Identity', 'Flatten', 'Reshape', 'Squeeze', 'Unsqueeze']);

/** What a softmax was applied to, when `name` is the result of one. */
function beforeSoftmax(graph: OnnxGraph, name: string): string | undefined {
  const producers = new Map<string, OnnxNode>();
  for (const node of graph.nodes) for (const output of node.outputs) producers.set(output, node);
  const seen = new Set<string>();
  let current = name;
  while (!seen.has(current)) {
    seen.add(current);
    const producer = producers.get(current);
    const [source] = producer?.inputs ?? [];
    if (producer === undefined || source === undefined || producer.domain !== '') return undefined;
    if (producer.opType === 'Softmax') return producers.has(source) ? source : undefined;
    if (!UNCHANGED.has(producer.opType)) return undefined;
    current = source;
  }
  return undefined;
}

function listed(values: readonly OnnxValue[]): string {
  if (values.length === 0) return 'none';
  return values.map(({ name, dtype, shape }) => `'${name}' (${describeType(dtype, shape)})`).join(', ');
}

/** `float32 [batch, 3, 224, 224]` */
export function describeType(dtype: string | undefined, shape: OnnxValue['shape']): string {
  const dimensions = shape?.map((each) => (each === '' ? '?' : each)).join(', ');
  return `${dtype ?? 'type unknown'} ${dimensions === undefined ? 'of unknown rank' : `[${dimensions}]`}`;
}

function refusal(message: string): KdError {
  return new KdError('INVALID_ARGUMENT', message);
}
