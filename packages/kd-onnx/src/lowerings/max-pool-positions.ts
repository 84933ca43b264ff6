import { KdError } from 'kd-core';
import type { GraphValue } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { materialize, type TracedValue, traced } from '../trace/traced-value.ts';
import { arithmetic } from './arithmetic.ts';
import { comparedMaxima } from './compared-maxima.ts';
import type { Lowering, LoweringTable } from './lowering.ts';
import { poolingOperand, poolingWindow } from './pooling.ts';
import { comparable } from './reduction.ts';
import {
  channelsFirst,
  outputShape,
  padSpatially,
  type SpatialWindow,
  windowAttributes,
} from './spatial-window.ts';

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
  if (builder.target.maxPoolIndices === false) {
    const numbers = builder.cast(materialize(builder, x, channelsFirst(window.inSize.length)), 'float32');
    const whole = [...window.padBefore, ...window.padBehind];
    const padded = padSpatially(builder, numbers, whole, Number.NEGATIVE_INFINITY);
    const [maxima, indices] = comparedMaxima(builder, padded, window);
    return { maxima, indices, imageShape: padded.shape, padsAhead: whole };
  }
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

/** Maximum pooling, NaN aside, with the flat index of each maximum in the NHWC image, or in the whole batch. */
const maxPoolWithArgmax: Lowering = ({ builder, inputs, attributes }) => {
  const x = inputs.x!;
  if (x.shape.length !== 4) {
    throw new KdError(
      'INVALID_ARGUMENT',
      `maxPoolWithArgmax takes images [N, H, W, C], got a tensor of shape [${x.shape}].`,
    );
  }
  const window = poolingWindow(attributes, x.shape);
  const operand = { ...x, graph: comparable(builder, x.graph, true) };
  const { maxima, indices, imageShape, padsAhead } = maxPoolPositions(builder, operand, window);
  const [batch, channels, height, width] = imageShape as [number, number, number, number];
  const { add, div, mod, mul, sub } = arithmetic(builder);
  const pixel = mod(builder.cast(indices, 'int32'), height * width);
  const row = sub(div(pixel, width), padsAhead[0]!);
  const column = sub(mod(pixel, width), padsAhead[1]!);
  const inImage = add(mul(row, window.inSize[1]!), column);
  const channel = builder.constant(
    Int32Array.from({ length: channels }, (_, each) => each),
    [1, channels, 1, 1],
    'int32',
  );
  const inChannels = add(mul(inImage, channels), channel);
  const imageSize = channels * window.inSize[0]! * window.inSize[1]!;
  const starts = Int32Array.from({ length: batch }, (_, each) => each * imageSize);
  const position = attributes.includeBatchInIndex
    ? add(inChannels, builder.constant(starts, [batch, 1, 1, 1], 'int32'))
    : inChannels;
  const shape = [batch, ...window.outSize, channels];
  const layout = channelsFirst(2);
  return [traced(builder.cast(maxima, x.dtype), shape, layout), traced(position, shape, layout)];
};

export const maxPoolWithArgmaxLowerings: LoweringTable = { MaxPoolWithArgmax: maxPoolWithArgmax };
