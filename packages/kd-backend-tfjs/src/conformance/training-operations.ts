import * as tfjs from '@tensorflow/tfjs-core';

type Map4 = tfjs.Tensor4D;
type Operation = (x: Map4, other: Map4) => tfjs.Tensor;

/** A filter [height, width, in, out] out of the values of a map. */
function filterOf(other: Map4, shape: [number, number, number, number]): Map4 {
  const size = shape.reduce((product, dimension) => product * dimension);
  return tfjs.reshape(tfjs.slice(tfjs.reshape(other, [-1]), 0, size), shape) as Map4;
}

/** Programs of two maps [2, 5, 4, 4] that networks, losses and optimisers are made of, all differentiable. */
export const trainingOperations: Readonly<Record<string, Operation>> = {
  abs: (x) => tfjs.abs(x),
  add: (x, other) => tfjs.add(x, tfjs.slice(other, [0, 0, 0, 0], [1, 1, 1, 4])),
  'average pool': (x) => tfjs.avgPool(x, 2, 2, 'valid'),
  clip: (x) => tfjs.clipByValue(x, -0.5, 0.5),
  concat: (x, other) => tfjs.concat([x, other], 3),
  convolution: (x, other) => tfjs.conv2d(x, filterOf(other, [3, 3, 4, 3]), 1, 'same'),
  'convolution of stride 2': (x, other) => tfjs.conv2d(x, filterOf(other, [3, 3, 4, 3]), 2, 1),
  'convolution of one pixel': (x, other) => tfjs.conv2d(x, filterOf(other, [1, 1, 4, 6]), 2, 'valid'),
  'convolution, transposed': (x, other) =>
    tfjs.conv2dTranspose(x, filterOf(other, [3, 3, 2, 4]), [2, 10, 8, 2], 2, 'same'),
  cumsum: (x) => tfjs.cumsum(x, 3),
  'depthwise convolution': (x, other) => tfjs.depthwiseConv2d(x, filterOf(other, [3, 3, 4, 2]), 1, 'same'),
  div: (x, other) => tfjs.div(x, tfjs.add(tfjs.abs(other), 1)),
  elu: (x) => tfjs.elu(x),
  exp: (x) => tfjs.exp(x),
  gather: (x) => tfjs.gather(x, tfjs.tensor1d([2, 0, 2], 'int32'), 3),
  'leaky relu': (x) => tfjs.leakyRelu(x),
  'log softmax': (x) => tfjs.logSoftmax(x),
  'log sum exp': (x) => tfjs.logSumExp(x, 3),
  'matrix product': (x, other) =>
    tfjs.matMul(tfjs.reshape(x, [8, 5, 4]), tfjs.reshape(other, [8, 5, 4]), true),
  max: (x) => tfjs.max(x, 3),
  'max pool': (x) => tfjs.maxPool(x, 2, 2, 'valid'),
  'max pool with overlap': (x) => tfjs.maxPool(x, 3, 2, 'same'),
  maximum: (x, other) => tfjs.maximum(x, other),
  mean: (x) => tfjs.mean(x, [1, 2]),
  min: (x) => tfjs.min(x, 3),
  mul: (x, other) => tfjs.mul(x, other),
  'one-hot': (x) =>
    tfjs.mul(tfjs.oneHot(tfjs.tensor1d([3, 0], 'int32'), 4, 0.9, 0.1, 'float32'), tfjs.mean(x, [1, 2])),
  pad: (x) =>
    tfjs.pad(x, [
      [0, 0],
      [1, 0],
      [0, 2],
      [0, 1],
    ]),
  pow: (x) => tfjs.pow(tfjs.add(tfjs.abs(x), 1), 3),
  prelu: (x, other) => tfjs.prelu(x, other),
  relu: (x) => tfjs.relu(x),
  'relu to 6': (x) => tfjs.relu6(tfjs.mul(x, 8)),
  reverse: (x) => tfjs.reverse(x, [1, 3]),
  'reciprocal square root': (x) => tfjs.rsqrt(tfjs.add(tfjs.square(x), 1)),
  sigmoid: (x) => tfjs.sigmoid(x),
  slice: (x) => tfjs.slice(x, [0, 1, 0, 2], [1, 3, 4, 2]),
  softmax: (x) => tfjs.softmax(x),
  softplus: (x) => tfjs.softplus(x),
  split: (x) => tfjs.split(x, 2, 3)[1]!,
  'square root': (x) => tfjs.sqrt(tfjs.add(tfjs.square(x), 1)),
  'squared difference': (x, other) => tfjs.squaredDifference(x, other),
  stack: (x, other) => tfjs.stack([x, other], 2),
  sub: (x, other) => tfjs.sub(x, other),
  tanh: (x) => tfjs.tanh(x),
  tile: (x) => tfjs.tile(x, [1, 2, 1, 3]),
  transpose: (x) => tfjs.transpose(x, [0, 3, 1, 2]),
  unstack: (x) => tfjs.unstack(x, 3)[2]!,
  variance: (x) => tfjs.moments(x, [0, 1, 2]).variance,
  where: (x, other) => tfjs.where(tfjs.less(tfjs.range(0, 4), 2.5), x, other),
};
