import { externalLocations } from './external-data.ts';
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxValue } from './onnx-model.ts';

/** What is in an ONNX file, for people: what to name as input, logits and taps. */
export interface OnnxDescription {
  readonly producer: string;
  /** Version of each operator set by domain; the standard operators have the domain ''. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Floating-point numbers that are stored with the graph. */
  readonly parameters: number;
  /** How many nodes each operator has, the most frequent first. Those of other domains are `domain.Operator`. */
  readonly operators: Readonly<Record<string, number>>;
  /** Values that methods may want to see, in the order in which they are computed. */
  readonly taps: readonly OnnxTapCandidate[];
  /** Other files, beside this one, that hold data of its tensors. */
  readonly externalData: readonly string[];
}

export interface OnnxTapCandidate {
  /** The name to give as a tap. */
  readonly tensor: string;
  /** What computes it. */
  readonly operator: string;
  /** As the file states it, in its own layout; absent where it does not. */
  readonly shape?: readonly (number | string)[];
}

/** Operators whose results are features: what follows a convolution or ends a block. */
const FEATURES: ReadonlySet<string> = new Set([
  ...[
    'Relu',
    'LeakyRelu',
    'PRelu',
    'Clip',
    'Elu',
    'Celu',
    'Selu',
    'Gelu',
    'HardSwish',
    'Mish',
    'Tanh',
    'Swish',
  ],
  ...['BatchNormalization', 'LayerNormalization', 'InstanceNormalization', 'GroupNormalization'],
  ...['MaxPool', 'AveragePool', 'GlobalAveragePool', 'GlobalMaxPool', 'ReduceMean', 'Flatten'],
]);

/** Operators whose results are features when nothing that goes in is a constant: residuals, gates, joined branches. */
const JUNCTIONS: ReadonlySet<string> = new Set(['Add', 'Sum', 'Concat', 'Mul']);

/** What a decoded file contains. Throws `PARSE` where it refers to files outside of its folder. */
export function describeModel(model: OnnxModel): OnnxDescription {
  const { graph } = model;
  return {
    producer: model.producer,
    opsets: Object.fromEntries(model.opsets),
    metadata: Object.fromEntries(model.metadata),
    inputs: graph.inputs,
    outputs: graph.outputs,
    parameters: countParameters(graph),
    operators: countOperators(graph),
    taps: tapCandidates(graph),
    externalData: externalLocations(model),
  };
}

function countParameters(graph: OnnxGraph): number {
  const constants = graph.nodes.flatMap(({ attributes }) => [...attributes.values()]);
  const tensors = [
    ...graph.initializers.values(),
    ...constants.flatMap((attribute) => (attribute.kind === 'tensor' ? [attribute.value] : [])),
  ];
  return tensors
    .filter(({ dtype }) => dtype.includes('float'))
    .reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
}

function countOperators(graph: OnnxGraph): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { opType, domain } of graph.nodes) {
    const name = domain === '' ? opType : `${domain}.${opType}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
}

function tapCandidates(graph: OnnxGraph): readonly OnnxTapCandidate[] {
  const constants = new Set(graph.initializers.keys());
  for (const { opType, outputs } of graph.nodes) if (opType === 'Constant') constants.add(outputs[0] ?? '');
  const isFeature = ({ opType, domain, inputs }: OnnxNode): boolean =>
    domain === '' &&
    (FEATURES.has(opType) || (JUNCTIONS.has(opType) && !inputs.some((input) => constants.has(input))));
  return graph.nodes.filter(isFeature).flatMap(({ opType, outputs }) => {
    const tensor = outputs[0] ?? '';
    if (tensor === '') return [];
    const shape = graph.values.get(tensor)?.shape;
    return [{ tensor, operator: opType, ...(shape !== undefined && { shape }) }];
  });
}
