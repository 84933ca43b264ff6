import { sizeOf } from 'kd-core';
import type { GraphValue } from '../graph/graph.ts';
import { int } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { HWNC, materialize, type TracedValue, traced } from '../trace/traced-value.ts';
import type { ConvolutionInfo } from './convolution.ts';
import { elementwiseNode } from './elementwise.ts';
import { isMinimalFilteringFaster } from './minimal-filtering.ts';

/**
 * A 3x3 convolution by Winograd's minimal filtering, where that is faster than a direct one. Undefined elsewhere.
 */
export function winogradConv2d(
  builder: GraphBuilder,
  x: TracedValue,
  filter: TracedValue,
  info: ConvolutionInfo,
): TracedValue | undefined {
  if (!isMinimalFilteringFaster(builder, info, filter.graph.constant !== undefined)) return undefined;
  const map = builder.winograd.apply({
    image: materialize(builder, x, HWNC),
    kernel: materialize(builder, filter),
    padding: [info.padInfo.top, info.padInfo.left],
    outputSize: [info.outHeight, info.outWidth],
  });
  return traced(map, info.outShape, HWNC);
}

/** Its input gradient, by the same means: a convolution with the kernel turned and its channels exchanged. */
export function winogradConv2dInputGradient(
  builder: GraphBuilder,
  dy: TracedValue,
  filter: TracedValue,
  info: ConvolutionInfo,
): TracedValue | undefined {
  if (!isMinimalFilteringFaster(builder, info)) return undefined;
  const { filterHeight, filterWidth, padInfo } = info;
  const map = builder.winograd.apply({
    image: materialize(builder, dy, HWNC),
    kernel: turned(builder, materialize(builder, filter)),
    padding: [filterHeight - 1 - padInfo.top, filterWidth - 1 - padInfo.left],
    outputSize: [info.inHeight, info.inWidth],
  });
  return traced(map, info.inShape, HWNC);
}

/** HWIO to HWOI, turned by 180 degrees. */
function turned(builder: GraphBuilder, kernel: GraphValue): GraphValue {
  const [height, width, channels, filters] = kernel.shape as [number, number, number, number];
  const taps = builder.reshape(kernel, [height * width, channels, filters]);
  const exchanged = builder.transpose(taps, [0, 2, 1]);
  const order = Int32Array.from({ length: height * width }, (_, tap) => height * width - 1 - tap);
  const reversed = builder.op(
    'Gather',
    [exchanged, builder.constant(order, [order.length], 'int32')],
    exchanged,
    { attributes: { axis: int(0) } },
  );
  return builder.reshape(reversed, [height, width, filters, channels]);
}

/**
 * The sum or product of a map that such a convolution made with one number a channel: the same convolution with
 * another shift or kernel. Undefined when the operation has not that form.
 */
export function asScaledConvolution(
  builder: GraphBuilder,
  operation: 'Add' | 'Sub' | 'Mul',
  a: TracedValue,
  b: TracedValue,
): TracedValue | undefined {
  for (const [map, vector] of [
    [a, b],
    [b, a],
  ] as const) {
    const made = builder.winograd.find(map.graph);
    const channels = map.shape.at(-1);
    const isVector = vector.shape.length === 1 && vector.graph.shape[0] === channels;
    if (made === undefined || !isVector || (operation === 'Sub' && map !== a)) continue;
    const { kernel, shift } = made;
    if (operation === 'Mul') {
      // A copy of the kernel beside it pays where it is smaller than the map that is then scaled without a pass.
      if (sizeOf(kernel.shape) > sizeOf(map.graph.shape)) return undefined;
      const scaled = {
        ...made,
        kernel: elementwiseNode(builder, 'Mul', [kernel, vector.graph]),
        shift: shift && elementwiseNode(builder, 'Mul', [shift, vector.graph]),
      };
      return traced(builder.winograd.apply(scaled), map.shape, HWNC);
    }
    const addend = operation === 'Sub' ? elementwiseNode(builder, 'Neg', [vector.graph]) : vector.graph;
    const sum = shift === undefined ? addend : elementwiseNode(builder, 'Add', [shift, addend]);
    return traced(builder.winograd.apply({ ...made, shift: sum }), map.shape, HWNC);
  }
  return undefined;
}
