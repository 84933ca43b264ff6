import {
  add,
  batchToSpaceND,
  concat,
  conv2d,
  depthwiseConv2d,
  pad,
  reshape,
  slice,
  spaceToBatchND,
  split,
  type Tensor1D,
  type Tensor4D,
  transpose,
} from '@tensorflow/tfjs-core';
import { strided } from '../rearrange.ts';
import { both, extentOf, type Pair, reachBehind, type Window } from './window.ts';

type Padding = [[number, number], [number, number], [number, number], [number, number]];

export interface Convolution {
  /** [batch, height, width, channels] */
  readonly x: Tensor4D;
  /** [filters, channels / groups, height, width], as ONNX has it. */
  readonly kernel: Tensor4D;
  /** [filters] */
  readonly bias?: Tensor1D | undefined;
  readonly window: Window;
  readonly groups: number;
}

/** A convolution of any groups and dilations, with gradients for both; the result is [batch, height, width, filters]. */
export function convolve({ x, kernel, bias, window, groups }: Convolution): Tensor4D {
  const isDilated = window.dilations.some((dilation) => dilation > 1);
  const y = isDilated ? dilated(x, kernel, window, groups) : grouped(x, kernel, window, groups);
  return bias === undefined ? y : add(y, bias);
}

function grouped(x: Tensor4D, kernel: Tensor4D, window: Window, groups: number): Tensor4D {
  const [filters, perGroup, height, width] = kernel.shape;
  const padding = paddingOf(window.pads);
  const strides: [number, number] = [...window.strides];
  if (groups === 1) {
    return conv2d(x, transpose(kernel, [2, 3, 1, 0]) as Tensor4D, strides, padding);
  }
  if (perGroup === 1) {
    const filter = transpose(
      reshape(kernel, [groups, filters / groups, height, width]) as Tensor4D,
      [2, 3, 0, 1],
    );
    return depthwiseConv2d(x, filter, strides, padding);
  }
  const images = split(x, groups, 3);
  const kernels = split(kernel, groups, 0);
  return concat(
    images.map((image, group) => grouped(image as Tensor4D, kernels[group] as Tensor4D, window, 1)),
    3,
  );
}

/**
 * Pixels that leave the same remainder of the dilation see only each other, so they are images of their own under a kernel
 * without gaps: tfjs has no gradients of dilated convolutions.
 */
function dilated(x: Tensor4D, kernel: Tensor4D, window: Window, groups: number): Tensor4D {
  const { strides, dilations, pads, outSize } = window;
  const inSize: Pair = [x.shape[1], x.shape[2]];
  const behind = reachBehind({ ...window, strides: [1, 1], outSize: unstrided(outSize, strides) }, inSize);
  const whole = padded(x, [
    [pads[0][0], behind[0]],
    [pads[1][0], behind[1]],
  ]);
  const size: Pair = [whole.shape[1]!, whole.shape[2]!];
  const remainders = both((axis) => (dilations[axis] - (size[axis] % dilations[axis])) % dilations[axis]);
  const parts = spaceToBatchND(
    whole,
    [...dilations],
    [
      [0, remainders[0]],
      [0, remainders[1]],
    ],
  ) as Tensor4D;
  const plainWindow: Window = {
    ...window,
    dilations: [1, 1],
    strides: [1, 1],
    pads: [
      [0, 0],
      [0, 0],
    ],
  };
  const convolved = grouped(parts, kernel, plainWindow, groups);
  const extents = extentOf(window);
  const crops = both((axis) => {
    const found = convolved.shape[axis + 1]! * dilations[axis];
    return found - (size[axis] - extents[axis] + 1);
  });
  const every = batchToSpaceND(
    convolved,
    [...dilations],
    [
      [0, crops[0]],
      [0, crops[1]],
    ],
  ) as Tensor4D;
  return strided(every, strides);
}

/** Windows at stride 1 from the first to the last of `outSize` at `strides`. */
function unstrided(outSize: Pair, strides: Pair): Pair {
  return both((axis) => (outSize[axis] - 1) * strides[axis] + 1);
}

/** Zeros around a map; less than 0 cuts pixels off. */
export function padded(x: Tensor4D, pads: readonly [Pair, Pair], value = 0): Tensor4D {
  const positive = both((axis): [number, number] => [Math.max(0, pads[axis][0]), Math.max(0, pads[axis][1])]);
  const larger = positive.flat().every((size) => size === 0)
    ? x
    : pad(x, [[0, 0], ...positive, [0, 0]], value);
  if (pads.flat().every((size) => size >= 0)) return larger;
  const size = both((axis) => x.shape[axis + 1]! + pads[axis][0] + pads[axis][1]);
  const begin = both((axis) => Math.max(0, -pads[axis][0]));
  return slice(larger, [0, ...begin, 0], [x.shape[0], ...size, x.shape[3]]);
}

/** tfjs's form of pads in both directions. */
export function paddingOf(pads: readonly [Pair, Pair]): Padding | 'valid' {
  if (pads.flat().every((size) => size === 0)) return 'valid';
  return [[0, 0], [...pads[0]], [...pads[1]], [0, 0]];
}
