import { KdError } from 'kd-core';
import type { OnnxModel, OnnxNode } from '../reader/onnx-model.ts';
import { describeNode, NodeReader } from './node-reader.ts';
import type { Evaluate, OperatorDefinition } from './operator.ts';
import { onnxOperators } from './operators/index.ts';

/** Operator sets of the standard operators that are read. */
export const OLDEST_OPSET = 7;
export const NEWEST_OPSET = 24;

/** A node that has been read. */
export interface NetworkNode {
  readonly node: OnnxNode;
  readonly definition: OperatorDefinition;
  readonly evaluate: Evaluate;
}

/** Beginnings of the names of operators that compute with quantised numbers. */
const QUANTIZED = /^(QLinear|Quantize|Dequantize|DynamicQuantize|ConvInteger|MatMulInteger|QAttention|QGemm)/;

/**
 * The nodes that `outputs` depend on, in the order of the file. Throws `UNSUPPORTED` with every node that cannot be read and the
 * operators that can, before anything is computed.
 */
export function readNetworkNodes(model: OnnxModel, outputs: Iterable<string>): readonly NetworkNode[] {
  const opset = requireOpset(model);
  const problems: string[] = [];
  const nodes = neededNodes(model, outputs).flatMap((node): NetworkNode[] => {
    const definition = definitionOf(model, node);
    if (definition === undefined) {
      problems.push(describeNode(node));
      return [];
    }
    const reader = new NodeReader(node, opset);
    try {
      const evaluate = definition.read(reader);
      reader.requireAllRead();
      return [{ node, definition, evaluate }];
    } catch (error) {
      if (!KdError.isInstance(error) || error.code !== 'UNSUPPORTED') throw error;
      problems.push(error.message);
      return [];
    }
  });
  if (problems.length > 0) throw unsupported(problems);
  return nodes;
}

function requireOpset(model: OnnxModel): number {
  const opset = model.opsets.get('');
  if (opset !== undefined && opset >= OLDEST_OPSET && opset <= NEWEST_OPSET) return opset;
  throw new KdError(
    'UNSUPPORTED',
    `The file uses operator set ${opset ?? 'none'} of ONNX; sets ${OLDEST_OPSET} to ${NEWEST_OPSET} are read as differentiable networks. Convert it, or use it as a frozen model.`,
  );
}

function definitionOf(model: OnnxModel, { domain, opType }: OnnxNode): OperatorDefinition | undefined {
  const isStandard = domain === '' && !model.functions.includes(`.${opType}`);
  return isStandard && Object.hasOwn(onnxOperators, opType) ? onnxOperators[opType] : undefined;
}

function neededNodes({ graph }: OnnxModel, outputs: Iterable<string>): readonly OnnxNode[] {
  const producers = new Map<string, OnnxNode>();
  for (const node of graph.nodes) {
    for (const output of node.outputs) if (output !== '') producers.set(output, node);
  }
  const needed = new Set<OnnxNode>();
  const open = [...outputs];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const node = producers.get(name);
    if (node === undefined || needed.has(node)) continue;
    needed.add(node);
    open.push(...node.inputs);
  }
  return graph.nodes.filter((node) => needed.has(node));
}

/** Files may have thousands of nodes of one kind. */
const MAX_LISTED = 20;

function unsupported(problems: readonly string[]): KdError {
  const listed = problems.slice(0, MAX_LISTED).join('; ');
  const more = problems.length > MAX_LISTED ? `; and ${problems.length - MAX_LISTED} more` : '';
  const advice = problems.some((problem) => QUANTIZED.test(problem))
    ? 'The network is quantised: its rounded weights cannot be trained. Take the file it was made from'
    : 'Replace them in the file';
  return new KdError(
    'UNSUPPORTED',
    `No differentiable network can be made of: ${listed}${more}. ${advice}, or use the file as a frozen model. Operators that can be read: ${Object.keys(onnxOperators).sort().join(', ')}.`,
    { details: { problems } },
  );
}
