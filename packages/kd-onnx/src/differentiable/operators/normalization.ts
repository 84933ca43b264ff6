import {
  abs,
  add,
  div,
  mean,
  mul,
  pad,
  pow,
  reshape,
  rsqrt,
  slice,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import { batchNormInference, batchNormTraining } from 'kd-core';
import { normalizeAxis, type OperatorDefinition, type OperatorTable } from '../operator.ts';
import { permuted } from '../rearrange.ts';
import { channelsLast, computed, computedMap, plain, type Value } from '../value.ts';

/** In training by the statistics of the batch, where the file's running ones are variables; else by the running ones. */
const batchNormalization: OperatorDefinition = {
  weights: [1, 2],
  statistics: [3, 4],
  limits: '`training_mode`, statistics as results',
  read: (node) => {
    const epsilon = node.float('epsilon', 1e-5);
    const momentum = 1 - node.float('momentum', 0.9);
    node.require(node.flag('spatial', true), 'statistics for each pixel');
    node.require(!node.flag('training_mode'), 'training_mode');
    node.requireOutputs(1);
    return (operands, pass) => {
      const x = operands.at(0);
      const [scale, offset, ...running] = [1, 2, 3, 4].map(
        (position) => plain(operands.at(position)) as Tensor1D,
      ) as [Tensor1D, Tensor1D, Tensor1D, Tensor1D];
      if (pass.train && operands.at(3).kind === 'computed' && operands.at(4).kind === 'computed') {
        return onChannelsLast(x, (values) => {
          const { y, mean, variance } = batchNormTraining({ x: values, scale, offset, epsilon });
          pass.track(node.node, { mean, variance, count: values.size / scale.size, momentum });
          return y;
        });
      }
      const [mean, variance] = running;
      return onChannelsLast(x, (values) =>
        batchNormInference({ x: values, mean, variance, scale, offset, epsilon }),
      );
    };
  },
};

/** Applies what works on [..., channels] to [batch, channels, ...]. */
function onChannelsLast(x: Value, compute: (values: Tensor) => Tensor): Value {
  const rank = x.shape.length;
  if (rank === 4) return computedMap(compute(channelsLast(x)));
  if (rank === 2) return computed(compute(plain(x)));
  const spatial = Array.from({ length: rank - 2 }, (_, axis) => axis + 2);
  const result = compute(plain(permuted(x, [0, ...spatial, 1])));
  return permuted(computed(result), [0, rank - 1, ...spatial.map((axis) => axis - 1)]);
}

/** (x - mean) / sqrt(variance + epsilon) along some axes. */
function normalized(x: Tensor, axes: number[], epsilon: number): Tensor {
  const centred = sub(x, mean(x, axes, true));
  return mul(centred, rsqrt(add(mean(square(centred), axes, true), epsilon)));
}

const layerNormalization: OperatorDefinition = {
  weights: [1, 2],
  limits: 'mean and deviation as results',
  read: (node) => {
    const axis = node.int('axis', -1);
    const epsilon = node.float('epsilon', 1e-5);
    node.int('stash_type', 1);
    node.requireOutputs(1);
    return (operands) => {
      const x = plain(operands.at(0));
      const first = normalizeAxis(node.node, axis, x.rank);
      const axes = [...x.shape.keys()].slice(first);
      const scaled = mul(normalized(x, axes, epsilon), plain(operands.at(1)));
      const offset = operands.find(2);
      return computed(offset === undefined ? scaled : add(scaled, plain(offset)));
    };
  },
};

const instanceNormalization: OperatorDefinition = {
  weights: [1, 2],
  read: (node) => {
    const epsilon = node.float('epsilon', 1e-5);
    return (operands) =>
      onChannelsLast(operands.at(0), (values) => {
        const axes = [...values.shape.keys()].slice(1, -1);
        return add(mul(normalized(values, axes, epsilon), plain(operands.at(1))), plain(operands.at(2)));
      });
  },
};

/** Scale and offset belong to groups before operator set 21, to channels since. */
const groupNormalization: OperatorDefinition = {
  weights: [1, 2],
  read: (node) => {
    const epsilon = node.float('epsilon', 1e-5);
    const groups = node.int('num_groups', 1);
    node.int('stash_type', 1);
    return (operands) => {
      const x = plain(operands.at(0));
      const [batch, channels] = x.shape as [number, number];
      const parts = reshape(x, [batch, groups, x.size / batch / groups]);
      const [scale, offset] = [operands.at(1), operands.at(2)].map(plain) as [Tensor, Tensor];
      const centred = normalized(parts, [2], epsilon);
      if (node.opset < 21) {
        const affine = add(mul(centred, reshape(scale, [groups, 1])), reshape(offset, [groups, 1]));
        return computed(reshape(affine, x.shape));
      }
      const apart = reshape(centred, [batch, channels, x.size / batch / channels]);
      const affine = add(mul(apart, reshape(scale, [channels, 1])), reshape(offset, [channels, 1]));
      return computed(reshape(affine, x.shape));
    };
  },
};

/** Networks have 5. */
const MAX_NEIGHBOURS = 1024;

/** x / (bias + alpha / size * the sum of squares over neighbouring channels) ^ beta (Krizhevsky et al. 2012, section 3.3). */
const localResponseNormalization: OperatorDefinition = {
  limits: 'inputs that are no maps',
  read: (node) => {
    const [alpha, beta, bias] = [node.float('alpha', 1e-4), node.float('beta', 0.75), node.float('bias', 1)];
    const size = node.int('size', 1);
    node.require(size >= 1 && size <= MAX_NEIGHBOURS, `size ${size}`);
    return (operands) => {
      const x = operands.at(0);
      node.require(x.shape.length === 4, `an input of rank ${x.shape.length}`);
      const map = channelsLast(x);
      const before = Math.floor((size - 1) / 2);
      const squares = pad(square(map), [
        [0, 0],
        [0, 0],
        [0, 0],
        [before, size - 1 - before],
      ]);
      const neighbours = Array.from({ length: size }, (_, offset) =>
        slice(squares, [0, 0, 0, offset], map.shape),
      );
      const energy = neighbours.reduce((total, each) => add(total, each));
      return computedMap(div(map, pow(add(mul(energy, alpha / size), bias), beta)) as Tensor4D);
    };
  },
};

const lpNormalization: OperatorDefinition = {
  read: (node) => {
    const axis = node.int('axis', -1);
    const p = node.int('p', 2);
    node.require(p === 1 || p === 2, `p ${p}`);
    return (operands) => {
      const x = plain(operands.at(0));
      const along = normalizeAxis(node.node, axis, x.rank);
      const norm = p === 2 ? sqrt(sum(square(x), along, true)) : sum(abs(x), along, true);
      return computed(div(x, norm));
    };
  },
};

const MEAN_VARIANCE_EPSILON = 1e-9;

const meanVarianceNormalization: OperatorDefinition = {
  read: (node) => {
    const axes = node.ints('axes') ?? [0, 2, 3];
    return (operands) => {
      const x = plain(operands.at(0));
      const along = axes.map((axis) => normalizeAxis(node.node, axis, x.rank));
      const centred = sub(x, mean(x, along, true));
      const deviation = sqrt(mean(square(centred), along, true));
      return computed(div(centred, add(deviation, MEAN_VARIANCE_EPSILON)));
    };
  },
};

export const normalizationOperators: OperatorTable = {
  BatchNormalization: batchNormalization,
  GroupNormalization: groupNormalization,
  InstanceNormalization: instanceNormalization,
  LRN: localResponseNormalization,
  LayerNormalization: layerNormalization,
  LpNormalization: lpNormalization,
  MeanVarianceNormalization: meanVarianceNormalization,
};
