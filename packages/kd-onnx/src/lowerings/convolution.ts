import { backend_util } from '@tensorflow/tfjs-core';
import { KdError } from 'kd-core';
import type { Attribute, GraphValue } from '../graph/graph.ts';
import { ints } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { materialize, NCHW, physicalShape, type TracedValue, traced } from '../trace/traced-value.ts';
import {
  blockedConv2d,
  blockedConv2dInputGradient,
  filledConv2d,
  filledConv2dInputGradient,
} from './blocked-conv2d.ts';
import type { KernelCall, Lowering, LoweringTable } from './lowering.ts';
import { windowOf2D } from './spatial-window.ts';
import { transposedConvolution } from './transposed-convolution.ts';
import { winogradConv2d, winogradConv2dInputGradient } from './winograd-conv2d.ts';

type Shape4D = [number, number, number, number];
export type ConvolutionInfo = ReturnType<typeof backend_util.computeConv2DInfo>;

/** HWIO -> OIHW. */
const OIHW = [3, 2, 0, 1] as const;
/** HWIO -> IOHW, the kernel of the convolution that computes the input gradient. */
const IOHW = [2, 3, 0, 1] as const;

export function convolutionInfo(
  attributes: KernelCall['attributes'],
  inputShape: readonly number[],
  filterShape: readonly number[],
  depthwise = false,
): ConvolutionInfo {
  if ((attributes.dataFormat ?? 'NHWC') !== 'NHWC') {
    throw new KdError(
      'UNSUPPORTED',
      `Convolutions take NHWC tensors, got dataFormat '${attributes.dataFormat}'.`,
    );
  }
  const info = backend_util.computeConv2DInfo(
    inputShape as Shape4D,
    filterShape as Shape4D,
    attributes.strides as number,
    (attributes.dilations as number | undefined) ?? 1,
    attributes.pad as number,
    attributes.dimRoundingMode as 'floor' | undefined,
    depthwise,
  );
  return withFittingPadding(info);
}

/**
 * The same window positions, with as much padding behind the image as the last of them reaches: ONNX counts
 * positions from the padding, where tfjs may have rounded their number up.
 * Throws `UNSUPPORTED` when tfjs asks for fewer positions than fit: for padding given as one number it
 * computes the width from the kernel and stride of the height.
 */
function withFittingPadding(info: ConvolutionInfo): ConvolutionInfo {
  const behind = (out: number, stride: number, size: number, before: number, length: number): number => {
    const reach = (out - 1) * stride + size - before - length;
    if (reach > -stride) return Math.max(0, reach);
    throw new KdError(
      'UNSUPPORTED',
      'A window with different height and width or strides needs its padding as pairs, [[0, 0], [top, bottom], [left, right], [0, 0]], or as "same" or "valid".',
    );
  };
  const { padInfo, outHeight, outWidth, inHeight, inWidth } = info;
  const bottom = behind(outHeight, info.strideHeight, info.effectiveFilterHeight, padInfo.top, inHeight);
  const right = behind(outWidth, info.strideWidth, info.effectiveFilterWidth, padInfo.left, inWidth);
  return { ...info, padInfo: { ...padInfo, bottom, right } };
}

/** The attributes that ONNX `Conv`, `ConvTranspose` and the pooling operators share. */
export function spatialAttributes(info: ConvolutionInfo): Record<string, Attribute> {
  const { top, bottom, left, right } = info.padInfo;
  return {
    kernel_shape: ints([info.filterHeight, info.filterWidth]),
    strides: ints([info.strideHeight, info.strideWidth]),
    pads: ints([top, left, bottom, right]),
    dilations: ints([info.dilationHeight, info.dilationWidth]),
  };
}

const conv2d: Lowering = ({ builder, inputs, attributes }) => {
  const { x, filter } = inputs as Record<'x' | 'filter', TracedValue>;
  const info = convolutionInfo(attributes, x.shape, filter.shape);
  const special =
    winogradConv2d(builder, x, filter, info) ??
    blockedConv2d(builder, x, filter, info) ??
    filledConv2d(builder, x, filter, info);
  if (special !== undefined) return special;
  const result = builder.op(
    'Conv',
    [materialize(builder, x, NCHW), materialize(builder, filter, OIHW)],
    { shape: physicalShape(info.outShape, NCHW), dtype: 'float32' },
    { attributes: spatialAttributes(info) },
  );
  return traced(result, info.outShape, NCHW);
};

/** A convolution of the output gradient with the kernel turned by 180 degrees and its channels exchanged. */
const conv2dInputGradient: Lowering = ({ builder, inputs, attributes }) => {
  const { dy, filter } = inputs as Record<'dy' | 'filter', TracedValue>;
  const inputShape = attributes.inputShape as number[];
  const info = convolutionInfo(attributes, inputShape, filter.shape);
  const special =
    winogradConv2dInputGradient(builder, dy, filter, info) ??
    blockedConv2dInputGradient(builder, dy, filter, info) ??
    filledConv2dInputGradient(builder, dy, filter, info);
  if (special !== undefined) return special;
  const gradient = materialize(builder, dy, NCHW);
  const { top, bottom, left, right } = info.padInfo;
  const flippedPads = [
    info.filterHeight - 1 - top,
    info.filterWidth - 1 - left,
    info.filterHeight - 1 - bottom,
    info.filterWidth - 1 - right,
  ];
  const isUnitStride = info.strideHeight === 1 && info.strideWidth === 1;
  if (!isUnitStride || flippedPads.some((pad) => pad < 0)) {
    return transposedConvolution(builder, gradient, materialize(builder, filter, OIHW), windowOf2D(info), 1);
  }
  const kernel = flipped(builder, materialize(builder, filter, IOHW));
  const result = builder.op(
    'Conv',
    [gradient, kernel],
    { shape: physicalShape(inputShape, NCHW), dtype: 'float32' },
    {
      attributes: {
        kernel_shape: ints([info.filterHeight, info.filterWidth]),
        strides: ints([1, 1]),
        pads: ints(flippedPads),
        dilations: ints([1, 1]),
      },
    },
  );
  return traced(result, inputShape, NCHW);
};

function flipped(builder: GraphBuilder, kernel: GraphValue): GraphValue {
  if (kernel.shape[2] === 1 && kernel.shape[3] === 1) return kernel;
  const beforeFirst = -1e9;
  return builder.op(
    'Slice',
    [
      kernel,
      builder.int64([-1, -1]),
      builder.int64([beforeFirst, beforeFirst]),
      builder.int64([2, 3]),
      builder.int64([-1, -1]),
    ],
    kernel,
  );
}

export const convolutionLowerings: LoweringTable = {
  Conv2D: conv2d,
  Conv2DBackpropInput: conv2dInputGradient,
};
