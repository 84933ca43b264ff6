import { BLOCKED_DOMAIN } from './blocked-forms.ts';
import type { GraphNode, GraphValue } from './graph.ts';
import { sameShape } from './graph-builder.ts';

/**
 * Lets blocked convolutions whose result is only added to another map do that sum in their own pass: they start from
 * the other map instead of zeros. Takes and gives nodes in execution order; `zeros` gives a constant [C].
 */
export function fuseSums(
  nodes: readonly GraphNode[],
  outputs: readonly GraphValue[],
  zeros: (channels: number) => GraphValue,
): GraphNode[] {
  const uses = countUses(nodes, outputs);
  const producers = new Map<string, GraphNode>();
  const fused = new Set<GraphNode>();
  const result = nodes.map((node) => {
    const replaced = node.opType === 'Add' ? (withSum(node, uses, producers, fused, zeros) ?? node) : node;
    for (const output of node.outputs) producers.set(output.name, replaced);
    return replaced;
  });
  return result.filter((node) => !fused.has(node));
}

function withSum(
  node: GraphNode,
  uses: ReadonlyMap<string, number>,
  producers: ReadonlyMap<string, GraphNode>,
  fused: Set<GraphNode>,
  zeros: (channels: number) => GraphValue,
): GraphNode | undefined {
  const [left, right] = node.inputs as [GraphValue, GraphValue];
  if (left.name === right.name || !sameShape(left.shape, right.shape)) return undefined;
  const candidates = [
    [left, right],
    [right, left],
  ] as const;
  for (const [own, other] of candidates) {
    const producer = producers.get(own.name);
    if (producer === undefined || uses.get(own.name) !== 1 || !canTakeSum(producer)) continue;
    const [image, kernel, bias] = producer.inputs;
    fused.add(producer);
    return {
      ...producer,
      inputs: [image!, kernel!, bias ?? zeros(own.shape[1]!), other],
      outputs: node.outputs,
    };
  }
  return undefined;
}

function canTakeSum({ opType, domain, inputs, attributes }: GraphNode): boolean {
  return (
    opType === 'Conv' && domain === BLOCKED_DOMAIN && inputs.length < 4 && attributes.activation === undefined
  );
}

function countUses(nodes: readonly GraphNode[], outputs: readonly GraphValue[]): Map<string, number> {
  const uses = new Map<string, number>();
  const count = ({ name }: GraphValue): void => void uses.set(name, (uses.get(name) ?? 0) + 1);
  for (const node of nodes) node.inputs.forEach(count);
  outputs.forEach(count);
  return uses;
}
