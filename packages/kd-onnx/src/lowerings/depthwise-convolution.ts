import type { GraphValue } from '../graph/graph.ts';
import { int, ints } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { materialize, NCHW, physicalShape, type TracedValue, traced } from '../trace/traced-value.ts';
import {
  blockedDepthwise,
  blockedDepthwiseFilterGradient,
  blockedDepthwiseInputGradient,
} from './blocked-depthwise.ts';
import { convolutionInfo, spatialAttributes } from './convolution.ts';
import type { Lowering, LoweringTable } from './lowering.ts';
import { pixelsUnder } from './pixels-under.ts';
import { backwards, contiguous, sliceTraced } from './slice.ts';
import { windowOf2D } from './spatial-window.ts';
import { transposedConvolution } from './transposed-convolution.ts';

/** [kh, kw, I, multiplier] -> [I * multiplier, 1, kh, kw], the kernel of a grouped ONNX convolution. */
function groupedKernel(builder: GraphBuilder, filter: TracedValue): GraphValue {
  const [height, width, channels, multiplier] = filter.shape as [number, number, number, number];
  return builder.reshape(materialize(builder, filter, [2, 3, 0, 1]), [
    channels * multiplier,
    1,
    height,
    width,
  ]);
}

const depthwiseConv2d: Lowering = ({ builder, inputs, attributes }) => {
  const { x, filter } = inputs as Record<'x' | 'filter', TracedValue>;
  const info = convolutionInfo(attributes, x.shape, filter.shape, true);
  const blocked = blockedDepthwise(builder, x, filter, info);
  if (blocked !== undefined) return blocked;
  const result = builder.op(
    'Conv',
    [materialize(builder, x, NCHW), groupedKernel(builder, filter)],
    { shape: physicalShape(info.outShape, NCHW), dtype: 'float32' },
    { attributes: { ...spatialAttributes(info), group: int(info.inChannels) } },
  );
  return traced(result, info.outShape, NCHW);
};

/**
 * At stride 1 a convolution of the output gradient with the kernel turned by 180 degrees, else a transposed one for
 * each output channel, whose results are added up: not every provider has transposed groups of several channels.
 */
const depthwiseInputGradient: Lowering = ({ builder, inputs, attributes }) => {
  const { dy, filter } = inputs as Record<'dy' | 'filter', TracedValue>;
  const info = convolutionInfo(attributes, attributes.inputShape as number[], filter.shape, true);
  const blocked = blockedDepthwiseInputGradient(builder, dy, filter, info);
  if (blocked !== undefined) return blocked;
  const gradient = materialize(builder, dy, NCHW);
  const kernel = groupedKernel(builder, filter);
  const { batchSize, inChannels, inHeight, inWidth, outChannels, padInfo } = info;
  const pads = [
    info.effectiveFilterHeight - 1 - padInfo.top,
    info.effectiveFilterWidth - 1 - padInfo.left,
    info.effectiveFilterHeight - 1 - padInfo.bottom,
    info.effectiveFilterWidth - 1 - padInfo.right,
  ];
  const multiplier = outChannels / inChannels;
  if (info.strideHeight === 1 && info.strideWidth === 1 && pads.every((pad) => pad >= 0)) {
    const perInput = [inChannels, multiplier, info.filterHeight, info.filterWidth];
    const result = builder.op(
      'Conv',
      [gradient, builder.reshape(turned(builder, kernel), perInput)],
      { shape: [batchSize, inChannels, inHeight, inWidth], dtype: 'float32' },
      { attributes: { ...spatialAttributes(info), pads: ints(pads), group: int(inChannels) } },
    );
    return traced(result, info.inShape, NCHW);
  }
  const window = { ...windowOf2D(info), inChannels: outChannels };
  const parts = transposedConvolution(builder, gradient, kernel, window, outChannels);
  if (multiplier === 1) return parts;
  const split = [batchSize, inChannels, multiplier, inHeight, inWidth];
  const sums = builder.op(
    'ReduceSum',
    [builder.reshape(materialize(builder, parts, NCHW), split), builder.int64([2])],
    { shape: [batchSize, inChannels, inHeight, inWidth], dtype: 'float32' },
    { attributes: { keepdims: int(0) } },
  );
  return traced(sums, info.inShape, NCHW);
};

/** A kernel [..., kh, kw] turned by 180 degrees. */
function turned(builder: GraphBuilder, kernel: GraphValue): GraphValue {
  const [, , height, width] = kernel.shape as [number, number, number, number];
  return sliceTraced(builder, traced(kernel), [
    contiguous(0, kernel.shape[0]!),
    contiguous(0, kernel.shape[1]!),
    backwards(height),
    backwards(width),
  ]).graph;
}

/** One product and sum per kernel element: the input under that element times the output gradient. */
const depthwiseFilterGradient: Lowering = ({ builder, inputs, attributes }) => {
  const { x, dy } = inputs as Record<'x' | 'dy', TracedValue>;
  const filterShape = attributes.filterShape as number[];
  const info = convolutionInfo(attributes, x.shape, filterShape, true);
  const blocked = blockedDepthwiseFilterGradient(builder, x, dy, info);
  if (blocked !== undefined) return blocked;
  const { batchSize, inChannels, outHeight, outWidth } = info;
  const multiplier = filterShape[3]!;
  const { top, bottom, left, right } = info.padInfo;
  const height = info.inHeight + top + bottom;
  const width = info.inWidth + left + right;
  const padded = builder.op(
    'Pad',
    [materialize(builder, x, NCHW), builder.int64([0, 0, top, left, 0, 0, bottom, right]), builder.scalar(0)],
    { shape: [batchSize, inChannels, height, width], dtype: 'float32' },
  );
  const gradient = builder.reshape(materialize(builder, dy, NCHW), [
    batchSize,
    inChannels,
    multiplier,
    outHeight,
    outWidth,
  ]);
  const elements: GraphValue[] = [];
  for (let row = 0; row < info.filterHeight; row++) {
    for (let column = 0; column < info.filterWidth; column++) {
      const pixels = pixelsUnder(builder, padded, {
        offset: [row * info.dilationHeight, column * info.dilationWidth],
        strides: [info.strideHeight, info.strideWidth],
        outSize: [outHeight, outWidth],
        firstAxis: 2,
      });
      const product = builder.op(
        'Mul',
        [builder.reshape(pixels, [batchSize, inChannels, 1, outHeight, outWidth]), gradient],
        gradient,
      );
      elements.push(
        builder.op(
          'ReduceSum',
          [product, builder.int64([0, 3, 4])],
          { shape: [1, inChannels, multiplier, 1, 1], dtype: 'float32' },
          { attributes: { keepdims: int(1) } },
        ),
      );
    }
  }
  const stacked = builder.op(
    'Concat',
    elements,
    { shape: [elements.length, inChannels, multiplier, 1, 1], dtype: 'float32' },
    { attributes: { axis: int(0) } },
  );
  return traced(builder.reshape(stacked, filterShape), filterShape);
};

export const depthwiseConvolutionLowerings: LoweringTable = {
  DepthwiseConv2dNative: depthwiseConv2d,
  DepthwiseConv2dNativeBackpropFilter: depthwiseFilterGradient,
  DepthwiseConv2dNativeBackpropInput: depthwiseInputGradient,
};
