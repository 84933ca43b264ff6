import { KdError, sizeOf } from 'kd-core';
import { describeNode, type NodeReader } from '../node-reader.ts';
import {
  normalizeAxis,
  type Operands,
  type OperatorDefinition,
  type OperatorTable,
  type Pass,
} from '../operator.ts';
import { expanded, joined, permuted, reshaped } from '../rearrange.ts';
import { known, knownIntegers, newNumbers, requireKnownSize, type Value } from '../value.ts';

/** What moves or names values. */
function rearrangement(definition: Omit<OperatorDefinition, 'computes'>): OperatorDefinition {
  return { ...definition, computes: false };
}

const reshape = rearrangement({
  settings: [1],
  read: (node) => {
    const isZeroAllowed = node.flag('allowzero');
    return (operands, pass) => {
      const x = operands.at(0);
      const asked = operands.numbers(1).map((size, axis) => {
        if (size !== 0 || isZeroAllowed) return size;
        return x.shape[axis] ?? size;
      });
      return reshaped(x, withoutGap(operands, x, forBatch(asked, x, pass)));
    };
  },
});

/** A shape that a file with a fixed batch states as numbers, for the batch of this pass. */
function forBatch(asked: readonly number[], x: Value, { batchFactor }: Pass): readonly number[] {
  if (batchFactor === 1 || asked.length === 0) return asked;
  const [first, ...rest] = asked as [number, ...number[]];
  const isOpen = asked.includes(-1);
  const keepsBatch = isOpen
    ? first * batchFactor === x.shape[0]
    : sizeOf(asked) * batchFactor === sizeOf(x.shape);
  return first > 0 && keepsBatch ? [first * batchFactor, ...rest] : asked;
}

/** A shape in which one size may be -1: what is left over. Throws `SHAPE_MISMATCH` when the elements do not fit. */
function withoutGap({ node }: Operands, x: Value, asked: readonly number[]): readonly number[] {
  const stated = sizeOf(asked.filter((size) => size !== -1));
  const shape = asked.map((size) => (size === -1 ? sizeOf(x.shape) / stated : size));
  if (shape.every(Number.isInteger) && sizeOf(shape) === sizeOf(x.shape)) return shape;
  throw new KdError(
    'SHAPE_MISMATCH',
    `${describeNode(node)} makes [${asked.join(', ')}] of [${x.shape.join(', ')}], which has another number of elements.`,
  );
}

const flatten = rearrangement({
  read: (node) => {
    const axis = node.int('axis', 1);
    return (operands) => {
      const x = operands.at(0);
      const rank = x.shape.length;
      const first = axis === rank ? rank : normalizeAxis(node.node, axis, rank);
      return reshaped(x, [sizeOf(x.shape.slice(0, first)), sizeOf(x.shape.slice(first))]);
    };
  },
});

const transpose = rearrangement({
  read: (node) => {
    const order = node.ints('perm');
    return (operands) => {
      const x = operands.at(0);
      const rank = x.shape.length;
      const reversed = Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
      const permutation = (order ?? reversed).map((axis) => normalizeAxis(node.node, axis, rank));
      const isWhole = permutation.length === rank && new Set(permutation).size === rank;
      node.require(isWhole, `the permutation [${permutation.join(', ')}] of ${rank} axes`);
      return permuted(x, permutation);
    };
  },
});

/** Axes are an attribute before operator set 13, an input since. */
export function readAxes(
  node: NodeReader,
  sinceOpset: number,
): (operands: Operands) => readonly number[] | undefined {
  const attribute = node.opset < sinceOpset ? node.ints('axes') : undefined;
  return (operands) => attribute ?? (node.opset < sinceOpset ? undefined : operands.findNumbers(1));
}

const squeeze = rearrangement({
  settings: [1],
  read: (node) => {
    const axesOf = readAxes(node, 13);
    return (operands) => {
      const x = operands.at(0);
      const axes = axesOf(operands)?.map((axis) => normalizeAxis(node.node, axis, x.shape.length));
      const isDropped = (size: number, axis: number): boolean => axes?.includes(axis) ?? size === 1;
      const dropped = x.shape.filter(isDropped);
      node.require(
        dropped.every((size) => size === 1),
        `axes of sizes [${dropped.join(', ')}] to leave out`,
      );
      return reshaped(
        x,
        x.shape.filter((size, axis) => !isDropped(size, axis)),
      );
    };
  },
});

const unsqueeze = rearrangement({
  settings: [1],
  read: (node) => {
    const axesOf = readAxes(node, 13);
    return (operands) => {
      const x = operands.at(0);
      const added = axesOf(operands) ?? [];
      const rank = x.shape.length + added.length;
      const axes = new Set(added.map((axis) => normalizeAxis(node.node, axis, rank)));
      const sizes = [...x.shape];
      return reshaped(
        x,
        Array.from({ length: rank }, (_, axis) => (axes.has(axis) ? 1 : sizes.shift()!)),
      );
    };
  },
});

const expand = rearrangement({
  settings: [1],
  read: () => (operands) => expanded(operands.at(0), operands.numbers(1)),
});

const tile = rearrangement({
  settings: [1],
  read: () => (operands) => {
    const repeats = operands.numbers(1);
    return repeats.reduce((value: Value, count, axis) => {
      requireKnownSize(count);
      return joined(new Array<Value>(count).fill(value), axis);
    }, operands.at(0));
  },
});

const concat = rearrangement({
  read: (node) => {
    const axis = node.int('axis', 1);
    return ({ all }, { batchFactor }) => {
      const along = normalizeAxis(node.node, axis, all[0]!.shape.length);
      if (along === 0) return joined(all, along);
      // A token that a file with a batch of one has for its one image is there for each image.
      const batch = Math.max(...all.map((value) => value.shape[0]!));
      const isOfOne = (value: Value): boolean => value.shape[0] === 1 && batch === batchFactor;
      return joined(
        all.map((value) => (isOfOne(value) ? expanded(value, value.shape.with(0, batch)) : value)),
        along,
      );
    };
  },
});

const shape: OperatorDefinition = rearrangement({
  read: (node) => {
    const start = node.int('start', 0);
    const end = node.int('end', undefined);
    return (operands) => knownIntegers(operands.at(0).shape.slice(start, end));
  },
});

const size: OperatorDefinition = rearrangement({
  read: () => (operands) => known([sizeOf(operands.at(0).shape)], [], 'int32'),
});

const identity: OperatorDefinition = rearrangement({ read: () => (operands) => operands.at(0) });

/** The identity, in training too: a pass through a model draws no random numbers. */
const dropout: OperatorDefinition = rearrangement({
  settings: [1, 2],
  limits: 'masks: it is the identity, in training too',
  read: (node) => {
    node.float('ratio', 0.5);
    node.int('seed', 0);
    node.requireOutputs(1);
    return (operands) => operands.at(0);
  },
});

const range: OperatorDefinition = rearrangement({
  settings: [0, 1, 2],
  limits: 'numbers that depend on images',
  read: () => (operands) => {
    const [start, limit, delta] = [0, 1, 2].map((each) => operands.numbers(each)[0]!) as [
      number,
      number,
      number,
    ];
    const count = Math.max(0, Math.ceil((limit - start) / delta));
    const data = newNumbers(count).map((_, each) => start + each * delta);
    return known(data, [count], operands.at(0).dtype);
  },
});

export const shapeOperators: OperatorTable = {
  Concat: concat,
  Dropout: dropout,
  Expand: expand,
  Flatten: flatten,
  Identity: identity,
  Range: range,
  Reshape: reshape,
  Shape: shape,
  Size: size,
  Squeeze: squeeze,
  Tile: tile,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
};
