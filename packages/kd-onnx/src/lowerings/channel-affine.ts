import { BLOCKED_DOMAIN } from '../graph/blocked-forms.ts';
import type { GraphValue } from '../graph/graph.ts';
import { type GraphBuilder, sameShape } from '../graph/graph-builder.ts';
import { broadcastShapes, NCHW, type TracedValue, traced } from '../trace/traced-value.ts';
import { elementwiseNode } from './elementwise.ts';

/**
 * Batch normalisation is made of sums and products of a feature map with one number a channel, and residual
 * connections of sums of two maps. On blocked tensors, broadcasting such vectors is slow, while a depthwise 1x1
 * convolution does scale, shift, sum and ReLU in one pass. So each of these operations extends the pass that
 * made its operand, and the intermediate results that nobody else reads disappear.
 *
 * Returns undefined when the operation has not that form.
 */
export function asChannelAffine(
  builder: GraphBuilder,
  operation: 'Add' | 'Sub' | 'Mul',
  a: TracedValue,
  b: TracedValue,
): TracedValue | undefined {
  const left = blockedOf(builder, a);
  const right = blockedOf(builder, b);
  const shape = broadcastShapes(a.shape, b.shape);
  if (left !== undefined && right !== undefined) {
    const isSum = operation === 'Add' && sameShape(left.shape, right.shape);
    const sum = isSum ? addMaps(builder, left, right) : undefined;
    return sum && blockedResult(builder, sum, shape);
  }
  const vectorOfB = left === undefined ? undefined : channelVector(builder, b, a);
  if (left !== undefined && vectorOfB !== undefined) {
    return blockedResult(builder, combine(builder, operation, left, vectorOfB), shape);
  }
  const vectorOfA = right === undefined ? undefined : channelVector(builder, a, b);
  if (right !== undefined && vectorOfA !== undefined && operation !== 'Sub') {
    return blockedResult(builder, combine(builder, operation, right, vectorOfA), shape);
  }
  return undefined;
}

/** ReLU of a blocked map, in the pass that made it if there is one. */
export function rectify(builder: GraphBuilder, x: TracedValue): TracedValue | undefined {
  const blocked = blockedOf(builder, x);
  if (blocked === undefined) return undefined;
  const affine = builder.blocks.affineOf(blocked);
  if (affine.source === blocked) return undefined;
  const rectified = builder.blocks.apply(affine, true);
  builder.blocks.noteRectified(blocked, rectified);
  return blockedResult(builder, rectified, x.shape);
}

/** scale * x + shift of a blocked map, with one number a channel each: one pass. */
export function scaleChannels(
  builder: GraphBuilder,
  x: TracedValue,
  { scale, shift }: { readonly scale: GraphValue; readonly shift: GraphValue },
): TracedValue | undefined {
  const blocked = blockedOf(builder, x);
  if (blocked === undefined) return undefined;
  return blockedResult(builder, builder.blocks.apply({ source: blocked, scale, shift }), x.shape);
}

/** The blocks of a whole float32 map, where they exist. */
export function blockedOf(builder: GraphBuilder, value: TracedValue): GraphValue | undefined {
  const isMap = value.shape.length === 4 && value.dtype === 'float32' && sameShape(value.layout, NCHW);
  return isMap ? builder.blocks.find(value.graph) : undefined;
}

/** `shape` may be larger than the map: a broadcast that is still pending. */
function blockedResult(builder: GraphBuilder, blocked: GraphValue, shape: readonly number[]): TracedValue {
  return traced(builder.blocks.plain(blocked), shape, NCHW);
}

/** `value` as a vector [channels of `map`], if it varies along the channels only. */
function channelVector(builder: GraphBuilder, value: TracedValue, map: TracedValue): GraphValue | undefined {
  const channels = map.shape[3]!;
  const { graph, layout, shape, dtype } = value;
  if (dtype !== 'float32' || shape.length === 0 || shape.length > 4) return undefined;
  const channelAxis = layout.indexOf(shape.length - 1);
  const isVector = graph.shape.every((size, position) => size === (position === channelAxis ? channels : 1));
  return isVector ? builder.reshape(graph, [channels]) : undefined;
}

function combine(
  builder: GraphBuilder,
  operation: 'Add' | 'Sub' | 'Mul',
  blocked: GraphValue,
  vector: GraphValue,
): GraphValue {
  const { blocks } = builder;
  const made = blocks.affineOf(blocked);
  // A sum cannot be scaled within the pass that adds it.
  const affine = made.sum === undefined || operation !== 'Mul' ? made : { source: blocked };
  const { scale, shift } = affine;
  if (operation === 'Mul') {
    return blocks.apply({
      ...affine,
      scale: scale === undefined ? vector : elementwiseNode(builder, 'Mul', [scale, vector]),
      shift: shift === undefined ? undefined : elementwiseNode(builder, 'Mul', [shift, vector]),
    });
  }
  const addend = operation === 'Sub' ? elementwiseNode(builder, 'Neg', [vector]) : vector;
  const biased = operation === 'Add' ? withBias(builder, blocked, vector) : undefined;
  if (biased !== undefined) return biased;
  return blocks.apply({
    ...affine,
    shift: shift === undefined ? addend : elementwiseNode(builder, 'Add', [shift, addend]),
  });
}

/**
 * The convolution that makes `blocked` with a parameter as its bias: the map without it has no other readers. Undefined for
 * other maps, and for vectors that are computed, perhaps from the map itself.
 */
function withBias(builder: GraphBuilder, blocked: GraphValue, vector: GraphValue): GraphValue | undefined {
  const producer = builder.producerOf(blocked);
  if (producer?.opType !== 'Conv' || producer.domain !== BLOCKED_DOMAIN) return undefined;
  const { domain, attributes, inputs } = producer;
  const isDense = attributes.group === undefined && inputs.length === 2;
  if (!isDense || builder.producerOf(vector) !== undefined) return undefined;
  return builder.op('Conv', [...inputs, vector], blocked, { domain, attributes });
}

/** The sum of two maps goes into the pass that makes one of them; undefined when neither is made by one. */
function addMaps(builder: GraphBuilder, left: GraphValue, right: GraphValue): GraphValue | undefined {
  const { blocks } = builder;
  for (const [made, other] of [
    [left, right],
    [right, left],
  ] as const) {
    const affine = blocks.affineOf(made);
    if (affine.source !== made && affine.sum === undefined) return blocks.apply({ ...affine, sum: other });
  }
  return undefined;
}
