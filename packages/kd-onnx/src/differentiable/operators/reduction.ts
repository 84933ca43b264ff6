import {
  abs,
  add,
  exp,
  log,
  max,
  mean,
  min,
  mul,
  split,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { normalizeAxis, type OperatorDefinition, type OperatorTable } from '../operator.ts';
import { reshaped } from '../rearrange.ts';
import {
  channelsLast,
  channelsLastAxis,
  computed,
  computedMap,
  isChannelsLast,
  type KnownValue,
  known,
  plain,
  type Value,
} from '../value.ts';
import { readAxes } from './shape.ts';

type Reduce = (x: Tensor, axes: number[]) => Tensor;

interface ReductionOptions {
  /** The operator set since which axes are an input; 18 but for `ReduceSum`. */
  readonly axesAreInputSince?: number;
  /** The same on numbers, for what is known. */
  readonly numbers?: (values: readonly number[]) => number;
}

/** `reduce` keeps the axes that it reduces as axes of size 1. */
function reduction(
  reduce: Reduce,
  { axesAreInputSince = 18, numbers }: ReductionOptions = {},
): OperatorDefinition {
  return {
    settings: [1],
    read: (node) => {
      const keepsAxes = node.flag('keepdims', true);
      const noAxesMeansNone = node.flag('noop_with_empty_axes');
      const axesOf = readAxes(node, axesAreInputSince);
      return (operands) => {
        const x = operands.at(0);
        const stated = axesOf(operands) ?? [];
        const rank = x.shape.length;
        const axes =
          stated.length > 0
            ? stated.map((axis) => normalizeAxis(node.node, axis, rank))
            : noAxesMeansNone
              ? []
              : [...x.shape.keys()];
        if (axes.length === 0) return x;
        const reduced =
          x.kind === 'known' && numbers !== undefined && axes.length === rank
            ? reducedNumbers(x, numbers)
            : reducedTensor(x, axes, reduce);
        return keepsAxes
          ? reduced
          : reshaped(
              reduced,
              x.shape.filter((_, axis) => !axes.includes(axis)),
            );
      };
    },
  };
}

function reducedNumbers(x: KnownValue, numbers: (values: readonly number[]) => number): Value {
  return known(
    [numbers(Array.from(x.data))],
    x.shape.map(() => 1),
    x.dtype,
  );
}

function reducedTensor(x: Value, axes: number[], reduce: Reduce): Value {
  return isChannelsLast(x)
    ? computedMap(reduce(channelsLast(x), axes.map(channelsLastAxis)))
    : computed(reduce(plain(x), axes));
}

/** A product along the axes, written as products, for which tfjs has gradients. */
function productOf(x: Tensor, axes: readonly number[]): Tensor {
  return axes.reduce((value, axis) => {
    const count = value.shape[axis]!;
    if (count === 1) return value;
    const factors = split(value, count, axis);
    return factors.reduce((a, b) => mul(a, b));
  }, x);
}

/** log(sum(exp(x))), with the largest element taken out. */
function logSumExp(x: Tensor, axes: number[]): Tensor {
  const largest = max(x, axes, true);
  return add(log(sum(exp(sub(x, largest)), axes, true)), largest);
}

const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

export const reductionOperators: OperatorTable = {
  ReduceL1: reduction((x, axes) => sum(abs(x), axes, true)),
  ReduceL2: reduction((x, axes) => sqrt(sum(square(x), axes, true))),
  ReduceLogSum: reduction((x, axes) => log(sum(x, axes, true))),
  ReduceLogSumExp: reduction(logSumExp),
  ReduceMax: reduction((x, axes) => max(x, axes, true), { numbers: (values) => Math.max(...values) }),
  ReduceMean: reduction((x, axes) => mean(x, axes, true)),
  ReduceMin: reduction((x, axes) => min(x, axes, true), { numbers: (values) => Math.min(...values) }),
  ReduceProd: reduction(productOf, { numbers: (values) => values.reduce((a, b) => a * b, 1) }),
  ReduceSum: reduction((x, axes) => sum(x, axes, true), { axesAreInputSince: 13, numbers: total }),
  ReduceSumSquare: reduction((x, axes) => sum(square(x), axes, true)),
};
