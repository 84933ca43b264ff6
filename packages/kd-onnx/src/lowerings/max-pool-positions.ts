import type { GraphValue } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { type TracedValue, traced } from '../trace/traced-value.ts';
import { elementwiseNode } from './elementwise.ts';
import type { Lowering, LoweringTable } from './lowering.ts';
import { poolingOperand, poolingWindow } from './pooling.ts';
import { channelsFirst, outputShape, type SpatialWindow, windowAttributes } from './spatial-window.ts';

/** Where the first maximum of each window lies. */
export interface MaxPoolPositions {
  readonly maxima: GraphValue;
  /** int64: number of the element in the operand, of shape `imageShape`, channels first. */
  readonly indices: GraphValue;
  /** The operand of the operator, with the padding that had to be done ahead of it. */
  readonly imageShape: readonly number[];
  readonly padsAhead: readonly number[];
}

export function maxPoolPositions(
  builder: GraphBuilder,
  x: TracedValue,
  window: SpatialWindow,
): MaxPoolPositions {
  const { image, pads, padsAhead } = poolingOperand(builder, x, window, Number.NEGATIVE_INFINITY);
  const shape = outputShape(window);
  const [maxima, indices] = builder.node(
    'MaxPool',
    [image],
    [
      { shape, dtype: 'float32' },
      { shape, dtype: 'int64' },
    ],
    { attributes: windowAttributes(window, pads) },
  );
  return { maxima: maxima!, indices: indices!, imageShape: image.shape, padsAhead };
}

/** Maximum pooling with the flat index of each maximum in the NHWC image, or in the whole batch. */
const maxPoolWithArgmax: Lowering = ({ builder, inputs, attributes }) => {
  const x = inputs.x!;
  const window = poolingWindow(attributes, x.shape);
  const { maxima, indices, imageShape, padsAhead } = maxPoolPositions(builder, x, window);
  const [batch, channels, height, width] = imageShape as [number, number, number, number];
  const number = (value: number): GraphValue => builder.scalar(value, 'int32');
  const emit = (opType: string, a: GraphValue, b: GraphValue): GraphValue =>
    elementwiseNode(builder, opType, [a, b]);
  const pixel = emit('Mod', builder.cast(indices, 'int32'), number(height * width));
  const row = emit('Sub', emit('Div', pixel, number(width)), number(padsAhead[0]!));
  const column = emit('Sub', emit('Mod', pixel, number(width)), number(padsAhead[1]!));
  const inImage = emit('Add', emit('Mul', row, number(window.inSize[1]!)), column);
  const channel = builder.constant(
    Int32Array.from({ length: channels }, (_, each) => each),
    [1, channels, 1, 1],
    'int32',
  );
  const inChannels = emit('Add', emit('Mul', inImage, number(channels)), channel);
  const imageSize = channels * window.inSize[0]! * window.inSize[1]!;
  const starts = Int32Array.from({ length: batch }, (_, each) => each * imageSize);
  const position = attributes.includeBatchInIndex
    ? emit('Add', inChannels, builder.constant(starts, [batch, 1, 1, 1], 'int32'))
    : inChannels;
  const shape = [batch, ...window.outSize, channels];
  const layout = channelsFirst(2);
  return [traced(builder.cast(maxima, x.dtype), shape, layout), traced(position, shape, layout)];
};

export const maxPoolWithArgmaxLowerings: LoweringTable = { MaxPoolWithArgmax: maxPoolWithArgmax };
