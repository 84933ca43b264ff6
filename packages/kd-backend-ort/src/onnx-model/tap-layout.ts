import type { OnnxGraph, OnnxNode } from 'kd-onnx';
import type { ImageLayout } from './image-input.ts';

/** Operators that ONNX defines on [batch, channels, ...] and on nothing else. */
const CHANNELS_FIRST: ReadonlySet<string> = new Set([
  ...['Conv', 'ConvTranspose', 'MaxPool', 'AveragePool', 'LpPool', 'GlobalAveragePool', 'GlobalMaxPool'],
  ...[
    'BatchNormalization',
    'InstanceNormalization',
    'GroupNormalization',
    'LRN',
    'DepthToSpace',
    'SpaceToDepth',
  ],
]);

const TO_CHANNELS_LAST = '0,2,3,1';
const TO_CHANNELS_FIRST = '0,3,1,2';

/**
 * The layout of a map in the graph: that of the nearest operator before it that has one. Files that take NHWC compute in NCHW
 * between two transpositions, so the input's layout says nothing about the values inside.
 */
export function mapLayout(graph: OnnxGraph, name: string, input: ImageLayout): ImageLayout {
  const producers = new Map<string, OnnxNode>();
  for (const node of graph.nodes) for (const output of node.outputs) producers.set(output, node);
  const seen = new Set<string>();
  const ahead = [name];
  for (let current = ahead.shift(); current !== undefined; current = ahead.shift()) {
    if (seen.has(current)) continue;
    seen.add(current);
    const producer = producers.get(current);
    if (producer === undefined) continue;
    const layout = layoutOf(producer);
    if (layout !== undefined) return layout;
    ahead.push(...producer.inputs);
  }
  return input;
}

function layoutOf({ opType, attributes }: OnnxNode): ImageLayout | undefined {
  if (CHANNELS_FIRST.has(opType)) return 'NCHW';
  const permutation = attributes.get('perm');
  if (opType !== 'Transpose' || permutation?.kind !== 'ints') return undefined;
  const order = permutation.value.join(',');
  if (order === TO_CHANNELS_LAST) return 'NHWC';
  return order === TO_CHANNELS_FIRST ? 'NCHW' : undefined;
}
