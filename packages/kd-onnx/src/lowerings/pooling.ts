import { backend_util } from '@tensorflow/tfjs-core';
import { hostData, sizeOf } from 'kd-core';
import type { GraphValue } from '../graph/graph.ts';
import { int, text } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { materialize, NCHW, physicalShape, type TracedValue, traced } from '../trace/traced-value.ts';
import {
  type ConvolutionInfo,
  spatialAttributes,
  transposedConvolution,
  withFittingPadding,
} from './convolution.ts';
import type { KernelCall, Lowering, LoweringTable } from './lowering.ts';

function poolingInfo(attributes: KernelCall['attributes'], inputShape: readonly number[]): ConvolutionInfo {
  const info = backend_util.computePool2DInfo(
    inputShape as [number, number, number, number],
    attributes.filterSize as number,
    attributes.strides as number,
    1,
    attributes.pad as number,
    attributes.dimRoundingMode as 'floor' | undefined,
  );
  return withFittingPadding(info);
}

const averagePool: Lowering = ({ builder, inputs, attributes }) => {
  const x = inputs.x!;
  const info = poolingInfo(attributes, x.shape);
  const { dilations: _, ...spatial } = spatialAttributes(info);
  const result = builder.op(
    'AveragePool',
    [materialize(builder, x, NCHW)],
    { shape: physicalShape(info.outShape, NCHW), dtype: 'float32' },
    { attributes: { ...spatial, count_include_pad: int(0) } },
  );
  return traced(result, info.outShape, NCHW);
};

/** Each output gradient, divided by the number of pixels in its window, spread over that window. */
const averagePoolGradient: Lowering = ({ builder, inputs, attributes }) => {
  const { dy, input } = inputs as Record<'dy' | 'input', TracedValue>;
  const info = poolingInfo(attributes, input.shape);
  const gradient = materialize(builder, dy, NCHW);
  const weights = builder.constant(
    reciprocalWindowSizes(info),
    [1, 1, info.outHeight, info.outWidth],
    'float32',
  );
  const share = builder.op('Mul', [gradient, weights], gradient);
  const kernelShape = [info.inChannels, 1, info.filterHeight, info.filterWidth];
  const ones = builder.constant(new Float32Array(sizeOf(kernelShape)).fill(1), kernelShape, 'float32');
  return transposedConvolution(builder, share, ones, info, info.inChannels);
};

/** 1 / (pixels of the image under the window) for each output position; padding does not count. */
function reciprocalWindowSizes(info: ConvolutionInfo): Float32Array {
  const extent = (position: number, stride: number, size: number, before: number, length: number): number => {
    const start = position * stride - before;
    return Math.min(start + size, length) - Math.max(start, 0);
  };
  const weights = hostData('float32', info.outHeight * info.outWidth) as Float32Array;
  for (let row = 0; row < info.outHeight; row++) {
    const rows = extent(row, info.strideHeight, info.filterHeight, info.padInfo.top, info.inHeight);
    for (let column = 0; column < info.outWidth; column++) {
      const columns = extent(column, info.strideWidth, info.filterWidth, info.padInfo.left, info.inWidth);
      weights[row * info.outWidth + column] = 1 / (rows * columns);
    }
  }
  return weights;
}

function maxPoolNode(
  builder: GraphBuilder,
  x: TracedValue,
  info: ConvolutionInfo,
  withIndices: boolean,
): readonly GraphValue[] {
  const shape = physicalShape(info.outShape, NCHW);
  const outputs = [
    { shape, dtype: 'float32' as const },
    { shape, dtype: 'int64' as const },
  ];
  return builder.node('MaxPool', [materialize(builder, x, NCHW)], outputs.slice(0, withIndices ? 2 : 1), {
    attributes: spatialAttributes(info),
  });
}

const maxPool: Lowering = ({ builder, inputs, attributes }) => {
  const info = poolingInfo(attributes, inputs.x!.shape);
  return traced(maxPoolNode(builder, inputs.x!, info, false)[0]!, info.outShape, NCHW);
};

/** Each output gradient is added at the position of the first maximum of its window. */
const maxPoolGradient: Lowering = ({ builder, inputs, attributes }) => {
  const { dy, input } = inputs as Record<'dy' | 'input', TracedValue>;
  const info = poolingInfo(attributes, input.shape);
  const indices = maxPoolNode(builder, input, info, true)[1]!;
  const gradient = materialize(builder, dy, NCHW);
  const size = sizeOf(input.shape);
  const count = sizeOf(gradient.shape);
  const zeros = builder.op('Expand', [builder.scalar(0), builder.int64([size])], {
    shape: [size],
    dtype: 'float32',
  });
  const scattered = builder.op(
    'ScatterElements',
    [zeros, builder.reshape(indices, [count]), builder.reshape(gradient, [count])],
    { shape: [size], dtype: 'float32' },
    { attributes: { axis: int(0), reduction: text('add') } },
  );
  return traced(builder.reshape(scattered, physicalShape(input.shape, NCHW)), input.shape, NCHW);
};

export const poolingLowerings: LoweringTable = {
  AvgPool: averagePool,
  AvgPoolGrad: averagePoolGradient,
  MaxPool: maxPool,
  MaxPoolGrad: maxPoolGradient,
};
