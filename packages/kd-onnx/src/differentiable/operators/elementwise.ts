import { reshape, type Tensor } from '@tensorflow/tfjs-core';
import { type DataType, sizeOf } from 'kd-core';
import { broadcastShapes } from '../../trace/traced-value.ts';
import type { Evaluate } from '../operator.ts';
import { expanded, reshaped } from '../rearrange.ts';
import {
  channelsLast,
  computed,
  computedMap,
  isChannelsLast,
  type KnownValue,
  known,
  plain,
  type Value,
} from '../value.ts';

export interface ElementwiseRule {
  readonly tensors: (...operands: Tensor[]) => Tensor;
  /** The same on single numbers, for what is known; absent where nobody computes shapes with it. */
  readonly numbers?: (operands: readonly number[], dtype: DataType) => number;
  /** Element type of the result; by default that of the operands. */
  readonly dtype?: DataType;
}

/** An operator that computes each element of its result from the elements of its operands there, which broadcast. */
export function elementwise(rule: ElementwiseRule): Evaluate {
  return ({ all }) => applyElementwise(rule, all);
}

export function applyElementwise(
  { tensors, numbers, dtype }: ElementwiseRule,
  operands: readonly Value[],
): Value {
  if (numbers !== undefined && operands.every((operand) => operand.kind === 'known')) {
    return onNumbers(operands, numbers, dtype);
  }
  return inOneLayout(operands, tensors);
}

/** Applies `compute` to operands that lie in the same order of axes, without a transposition of maps between layers. */
export function inOneLayout(operands: readonly Value[], compute: (...tensors: Tensor[]) => Tensor): Value {
  const rank = Math.max(...operands.map(({ shape }) => shape.length));
  if (rank === 4 && operands.some(isChannelsLast)) {
    return computedMap(compute(...operands.map(broadcastableMap)));
  }
  return computed(compute(...operands.map(plain)));
}

/** An operand of a map: of rank 4, or a scalar. */
function broadcastableMap(operand: Value): Tensor {
  if (isChannelsLast(operand)) return channelsLast(operand);
  if (sizeOf(operand.shape) === 1) return reshape(plain(operand), []);
  const ones = new Array<number>(4 - operand.shape.length).fill(1);
  return channelsLast(reshaped(operand, [...ones, ...operand.shape]));
}

function onNumbers(
  operands: readonly KnownValue[],
  compute: (operands: readonly number[], dtype: DataType) => number,
  resultType: DataType | undefined,
): Value {
  const dtype = operands.some((operand) => operand.dtype === 'float32') ? 'float32' : operands[0]!.dtype;
  const shape = operands.map((operand) => operand.shape).reduce(broadcastShapes, []);
  const full = operands.map((operand) => (expanded(operand, shape) as KnownValue).data);
  const result = resultType ?? dtype;
  const data = Array.from({ length: sizeOf(shape) }, (_, index) => {
    const value = compute(
      full.map((each) => each[index]!),
      dtype,
    );
    return result === 'float32' ? Math.fround(value) : Number(value);
  });
  return known(data, shape, result);
}
