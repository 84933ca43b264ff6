import { backend_util } from '@tensorflow/tfjs-core';
import { sizeOf } from 'kd-core';
import type { GraphValue } from '../graph/graph.ts';
import { int } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { materialize, type TracedValue, traced } from '../trace/traced-value.ts';
import { arithmetic } from './arithmetic.ts';
import type { KernelCall, Lowering, LoweringTable } from './lowering.ts';
import { pixelsUnder } from './pixels-under.ts';
import { filled, scatterAddRows } from './scatter-add.ts';

type Info = ReturnType<typeof backend_util.computeDilation2DInfo>;
type Shape4D = [number, number, number, number];

function infoOf({ inputs, attributes }: KernelCall): Info {
  return backend_util.computeDilation2DInfo(
    inputs.x!.shape as Shape4D,
    inputs.filter!.shape as [number, number, number],
    attributes.strides as number,
    attributes.pad as 'same',
    'NHWC',
    attributes.dilations as number,
  );
}

/** One element of the structuring function. */
interface Element {
  /** Of the pixel of the padded image under it at the first position. */
  readonly row: number;
  readonly column: number;
  /** [N, Ho, Wo, C]: pixel plus element at each position; minus infinity outside of the image. */
  readonly sum: GraphValue;
}

function elementsOf(call: KernelCall, info: Info): Element[] {
  const { builder, inputs } = call;
  const { add } = arithmetic(builder);
  const { batchSize, inChannels, inHeight, inWidth, outHeight, outWidth, padInfo } = info;
  const x = builder.cast(materialize(builder, inputs.x!), 'float32');
  const filter = builder.cast(materialize(builder, inputs.filter!), 'float32');
  const height = Math.max(inHeight + padInfo.top + padInfo.bottom, reachOf(info, 'Height'));
  const width = Math.max(inWidth + padInfo.left + padInfo.right, reachOf(info, 'Width'));
  const { top, left } = padInfo;
  const padded = builder.op(
    'Pad',
    [
      x,
      builder.int64([0, top, left, 0, 0, height - inHeight - top, width - inWidth - left, 0]),
      builder.scalar(Number.NEGATIVE_INFINITY),
    ],
    { shape: [batchSize, height, width, inChannels], dtype: 'float32' },
  );
  return Array.from({ length: info.filterHeight * info.filterWidth }, (_, index): Element => {
    const [filterRow, filterColumn] = [Math.floor(index / info.filterWidth), index % info.filterWidth];
    const row = filterRow * info.dilationHeight;
    const column = filterColumn * info.dilationWidth;
    const pixels = pixelsUnder(builder, padded, {
      offset: [row, column],
      strides: [info.strideHeight, info.strideWidth],
      outSize: [outHeight, outWidth],
      firstAxis: 1,
    });
    const weight = builder.op(
      'Slice',
      [
        filter,
        builder.int64([filterRow, filterColumn]),
        builder.int64([filterRow + 1, filterColumn + 1]),
        builder.int64([0, 1]),
      ],
      { shape: [1, 1, inChannels], dtype: 'float32' },
    );
    return { row, column, sum: add(pixels, weight) };
  });
}

/** The pixels that the windows reach over, padding included. */
function reachOf(info: Info, axis: 'Height' | 'Width'): number {
  return (info[`out${axis}`] - 1) * info[`stride${axis}`] + info[`effectiveFilter${axis}`];
}

/** Greyscale dilation: the maximum over a window of the pixels plus a structuring function. */
const dilation: Lowering = (call) => {
  const { max } = arithmetic(call.builder);
  const sums = elementsOf(call, infoOf(call)).map((element) => element.sum);
  return traced(
    call.builder.cast(
      sums.reduce((best, sum) => max(best, sum)),
      call.inputs.x!.dtype,
    ),
  );
};

/** The number of the first element that gives the maximum at each position, int32 [N, Ho, Wo, C]. */
function winners(builder: GraphBuilder, elements: readonly Element[]): GraphValue {
  const { less, max, where } = arithmetic(builder);
  const [first, ...others] = elements as readonly [Element, ...Element[]];
  let best = first.sum;
  let winner = filled(builder, 0, best.shape, 'int32');
  others.forEach(({ sum }, index) => {
    winner = where(less(best, sum), index + 1, winner);
    best = max(best, sum);
  });
  return winner;
}

/** Each output gradient goes to the pixel that gave the maximum. */
const dilationInputGradient: Lowering = (call) => {
  const { builder, inputs } = call;
  const { add, clamp, mul } = arithmetic(builder);
  const info = infoOf(call);
  const elements = elementsOf(call, info);
  const { batchSize, inChannels, inHeight, inWidth, outHeight, outWidth, padInfo } = info;
  const winner = winners(builder, elements);
  const offsets = (values: readonly number[]): GraphValue =>
    builder.op(
      'Gather',
      [builder.constant(Int32Array.from(values), [values.length], 'int32'), winner],
      { shape: winner.shape, dtype: 'int32' },
      { attributes: { axis: int(0) } },
    );
  const along = (count: number, step: number, before: number, shape: readonly number[]): GraphValue =>
    builder.constant(
      Int32Array.from({ length: count }, (_, index) => index * step - before),
      shape,
      'int32',
    );
  const row = add(
    offsets(elements.map((element) => element.row)),
    along(outHeight, info.strideHeight, padInfo.top, [1, outHeight, 1, 1]),
  );
  const column = add(
    offsets(elements.map((element) => element.column)),
    along(outWidth, info.strideWidth, padInfo.left, [1, 1, outWidth, 1]),
  );
  const image = along(batchSize, inHeight, 0, [batchSize, 1, 1, 1]);
  const pixel = add(mul(add(image, clamp(row, 0, inHeight - 1)), inWidth), clamp(column, 0, inWidth - 1));
  const place = add(mul(pixel, inChannels), along(inChannels, 1, 0, [1, 1, 1, inChannels]));
  const gradient = builder.cast(materialize(builder, inputs.dy!), 'float32');
  const count = sizeOf(gradient.shape);
  const sums = scatterAddRows(
    builder,
    builder.reshape(place, [count]),
    builder.reshape(gradient, [count]),
    sizeOf(inputs.x!.shape),
  );
  return traced(builder.cast(builder.reshape(sums, inputs.x!.shape), inputs.x!.dtype));
};

/** Each output gradient goes to the element that gave the maximum. */
const dilationFilterGradient: Lowering = (call) => {
  const { builder, inputs } = call;
  const { equal, where } = arithmetic(builder);
  const info = infoOf(call);
  const elements = elementsOf(call, info);
  const winner = winners(builder, elements);
  const gradient = builder.cast(materialize(builder, inputs.dy!), 'float32');
  const sums = elements.map((_, index) =>
    builder.op(
      'ReduceSum',
      [where(equal(winner, index), gradient, 0), builder.int64([0, 1, 2])],
      { shape: [1, 1, 1, info.inChannels], dtype: 'float32' },
      { attributes: { keepdims: int(1) } },
    ),
  );
  const all = builder.op(
    'Concat',
    sums,
    { shape: [elements.length, 1, 1, info.inChannels], dtype: 'float32' },
    { attributes: { axis: int(0) } },
  );
  const filter: TracedValue = inputs.filter!;
  return traced(builder.cast(builder.reshape(all, filter.shape), filter.dtype));
};

export const morphologyLowerings: LoweringTable = {
  Dilation2D: dilation,
  Dilation2DBackpropFilter: dilationFilterGradient,
  Dilation2DBackpropInput: dilationInputGradient,
};
