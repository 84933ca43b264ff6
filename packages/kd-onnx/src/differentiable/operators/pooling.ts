import { avgPool, max, maxPool, mean, mul, type Tensor, type Tensor4D, tensor } from '@tensorflow/tfjs-core';
import type { OperatorDefinition, OperatorTable } from '../operator.ts';
import { channelsLast, computed, computedMap, isChannelsLast, plain } from '../value.ts';
import { padded, paddingOf } from './convolve.ts';
import {
  asMap,
  both,
  likeInput,
  type Pair,
  reachBehind,
  readWindow,
  type Window,
  windowOver,
} from './window.ts';

const maximumPool: OperatorDefinition = {
  limits: 'volumes, dilations, positions of the maxima',
  read: (node) => {
    const attributes = readWindow(node);
    node.require(attributes.dilations?.every((each) => each === 1) ?? true, 'dilations');
    node.int('storage_order', 0);
    node.requireOutputs(1);
    return (operands) => {
      const x = operands.at(0);
      const image = channelsLast(asMap(node, x));
      const window = windowOver(attributes, sizeOfMap(image), attributes.kernel!);
      const behind = reachBehind(window, sizeOfMap(image)).map((size) => Math.max(0, size));
      const pads = both((axis): Pair => [window.pads[axis][0], behind[axis]!]);
      const y = maxPool(image, [...window.kernel], [...window.strides], paddingOf(pads));
      return likeInput(x, computedMap(y));
    };
  },
};

/** Zeros are padded first, and sums divided by how many pixels count, so that gradients are right everywhere. */
const averagePool: OperatorDefinition = {
  limits: 'volumes, dilations',
  read: (node) => {
    const attributes = readWindow(node);
    node.require(attributes.dilations?.every((each) => each === 1) ?? true, 'dilations');
    const countsPads = node.flag('count_include_pad');
    return (operands) => {
      const x = operands.at(0);
      const image = channelsLast(asMap(node, x));
      const size = sizeOfMap(image);
      const window = windowOver(attributes, size, attributes.kernel!);
      const behind = reachBehind(window, size);
      const whole = padded(
        image,
        both((axis): Pair => [window.pads[axis][0], behind[axis]]),
      );
      const averages = avgPool(whole, [...window.kernel], [...window.strides], 'valid');
      const shares = windowShares(window, size, countsPads);
      return likeInput(x, computedMap(shares === undefined ? averages : mul(averages, shares)));
    };
  },
};

/** What each window's mean over all of its pixels is to be multiplied by, [1, height, width, 1]; undefined for 1 everywhere. */
function windowShares(
  { kernel, strides, pads, outSize }: Window,
  inSize: Pair,
  countsPads: boolean,
): Tensor | undefined {
  const shares = both((axis) => {
    const [before, behind] = countsPads ? pads[axis] : [0, 0];
    return Array.from({ length: outSize[axis] }, (_, position) => {
      const start = position * strides[axis] - pads[axis][0];
      const end = Math.min(start + kernel[axis], inSize[axis] + behind);
      return kernel[axis] / (end - Math.max(start, -before));
    });
  });
  if (shares.flat().every((share) => share === 1)) return undefined;
  const products = shares[0].flatMap((row) => shares[1].map((column) => row * column));
  return tensor(products, [1, outSize[0], outSize[1], 1], 'float32');
}

/** A reduction of all axes behind batch and channels, which stay as axes of size 1. */
function globalPool(reduce: (x: Tensor, axes: number[], keepDims: boolean) => Tensor): OperatorDefinition {
  return {
    read: () => (operands) => {
      const x = operands.at(0);
      if (isChannelsLast(x)) return computedMap(reduce(channelsLast(x), [1, 2], true));
      const axes = [...x.shape.keys()].slice(2);
      return computed(reduce(plain(x), axes, true));
    },
  };
}

function sizeOfMap(image: Tensor4D): Pair {
  return [image.shape[1], image.shape[2]];
}

export const poolingOperators: OperatorTable = {
  AveragePool: averagePool,
  GlobalAveragePool: globalPool((x, axes, keepDims) => mean(x, axes, keepDims)),
  GlobalMaxPool: globalPool((x, axes, keepDims) => max(x, axes, keepDims)),
  MaxPool: maximumPool,
};
