import {
  add,
  conv2dTranspose,
  reshape,
  reverse,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  transpose,
} from '@tensorflow/tfjs-core';
import { sizeOf } from 'kd-core';
import type { OperatorDefinition, OperatorTable } from '../operator.ts';
import { channelsLast, computedMap, plain, type Value } from '../value.ts';
import { convolve, padded, paddingOf } from './convolve.ts';
import {
  asMap,
  both,
  extentOf,
  likeInput,
  onTwoAxes,
  type Pair,
  readWindow,
  type Window,
  type WindowAttributes,
  windowOver,
} from './window.ts';

const convolution: OperatorDefinition = {
  weights: [1, 2],
  limits: 'volumes',
  products: ([, kernel], output) => sizeOf(output) * sizeOf(kernel!.slice(1)),
  read: (node) => {
    const attributes = readWindow(node);
    const groups = node.int('group', 1);
    return (operands) => {
      const x = operands.at(0);
      const image = channelsLast(asMap(node, x));
      const kernel = kernelOf(operands.at(1));
      const window = windowOver(attributes, [image.shape[1], image.shape[2]], kernel.shape.slice(2));
      return likeInput(
        x,
        computedMap(convolve({ x: image, kernel, bias: biasOf(operands.find(2)), window, groups })),
      );
    };
  },
};

const transposedConvolution: OperatorDefinition = {
  weights: [1, 2],
  limits: 'volumes',
  products: ([x, kernel]) => sizeOf(x!) * sizeOf(kernel!.slice(1)),
  read: (node) => {
    const attributes = readWindow(node);
    const groups = node.int('group', 1);
    const outputPadding = node.ints('output_padding');
    const outputShape = node.ints('output_shape');
    return (operands) => {
      const x = operands.at(0);
      const image = channelsLast(asMap(node, x));
      const kernel = kernelOf(operands.at(1));
      const inSize: Pair = [image.shape[1], image.shape[2]];
      const extra = onTwoAxes(outputPadding, 0);
      const window = transposedWindow(attributes, inSize, kernel.shape.slice(2), extra, outputShape);
      const y =
        groups === 1 && window.dilations.every((dilation) => dilation === 1)
          ? conv2dTranspose(
              image,
              transpose(kernel, [2, 3, 1, 0]),
              [image.shape[0], ...window.outSize, kernel.shape[1]],
              [...window.strides],
              paddingOf(window.pads) as 'valid',
            )
          : convolutionOfSpread(image, kernel, window, groups);
      const bias = biasOf(operands.find(2));
      return likeInput(x, computedMap(bias === undefined ? y : add(y, bias)));
    };
  },
};

/** The window of the convolution whose adjoint is asked for; `outSize` is the size of the adjoint's result. */
function transposedWindow(
  attributes: WindowAttributes,
  inSize: Pair,
  kernelShape: readonly number[],
  extra: Pair,
  outputShape: readonly number[] | undefined,
): Window {
  const window = windowOver({ ...attributes, autoPad: 'VALID' }, inSize, kernelShape);
  const { strides } = window;
  const extents = extentOf(window);
  const full = both((axis) => (inSize[axis] - 1) * strides[axis] + extra[axis] + extents[axis]);
  const isSame = attributes.autoPad === 'SAME_UPPER' || attributes.autoPad === 'SAME_LOWER';
  const asked =
    outputShape !== undefined
      ? onTwoAxes(outputShape.slice(-Math.max(1, kernelShape.length)), 1)
      : isSame
        ? both((axis) => inSize[axis] * strides[axis])
        : undefined;
  const stated = windowOver({ ...attributes, autoPad: 'NOTSET' }, inSize, kernelShape).pads;
  const pads = both((axis): Pair => {
    if (asked === undefined) return attributes.autoPad === 'VALID' ? [0, 0] : stated[axis];
    const total = Math.max(0, full[axis] - asked[axis]);
    const [less, more] = [Math.floor(total / 2), Math.ceil(total / 2)];
    return attributes.autoPad === 'SAME_UPPER' ? [less, more] : [more, less];
  });
  return { ...window, pads, outSize: both((axis) => full[axis] - pads[axis][0] - pads[axis][1]) };
}

/** A convolution, by the kernel turned around, of the image with stride - 1 zeros between its pixels. */
function convolutionOfSpread(x: Tensor4D, kernel: Tensor4D, window: Window, groups: number): Tensor4D {
  const { strides, pads, outSize, dilations } = window;
  const [channels, filters, height, width] = kernel.shape;
  const spread = withZerosBetween(x, strides);
  const extents = extentOf(window);
  const before = both((axis) => extents[axis] - 1 - pads[axis][0]);
  const behind = both((axis) => outSize[axis] + extents[axis] - 1 - before[axis] - spread.shape[axis + 1]!);
  const perGroup = channels / groups;
  const turned = reshape(reverse(kernel, [2, 3]), [groups, perGroup, filters * height * width]);
  const exchanged = reshape(
    transpose(reshape(turned, [groups, perGroup, filters, height * width]), [0, 2, 1, 3]),
    [groups * filters, perGroup, height, width],
  ) as Tensor4D;
  return convolve({
    x: padded(spread, [
      [before[0], behind[0]],
      [before[1], behind[1]],
    ]),
    kernel: exchanged,
    window: {
      kernel: window.kernel,
      strides: [1, 1],
      dilations,
      pads: [
        [0, 0],
        [0, 0],
      ],
      outSize,
    },
    groups,
  });
}

function withZerosBetween(x: Tensor4D, strides: Pair): Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const rows = spreadAlong(reshape(x, [batch, height, 1, width * channels]), strides[0]);
  const tall = (height - 1) * strides[0] + 1;
  const columns = spreadAlong(reshape(rows, [batch * tall, width, 1, channels]), strides[1]);
  return reshape(columns, [batch, tall, (width - 1) * strides[1] + 1, channels]);
}

/** [n, size, 1, inner] to [n, (size - 1) * stride + 1, inner] with zeros between. */
function spreadAlong(x: Tensor4D, stride: number): Tensor {
  const [count, size, , inner] = x.shape;
  const wide = padded(x, [
    [0, 0],
    [0, stride - 1],
  ]);
  const line = reshape(wide, [count, size * stride, 1, inner]) as Tensor4D;
  return padded(line, [
    [0, 1 - stride],
    [0, 0],
  ]);
}

/** Kernels of sequences as kernels of maps of height 1. */
function kernelOf(value: Value): Tensor4D {
  const kernel = plain(value);
  if (kernel.rank === 4) return kernel as Tensor4D;
  const [filters, channels, length] = kernel.shape as [number, number, number];
  return reshape(kernel, [filters, channels, 1, length]);
}

function biasOf(value: Value | undefined): Tensor1D | undefined {
  return value && (plain(value) as Tensor1D);
}

export const convolutionOperators: OperatorTable = {
  Conv: convolution,
  ConvTranspose: transposedConvolution,
};
