import {
  cast as castTensor,
  equal,
  greater,
  greaterEqual,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  type Tensor,
  where,
} from '@tensorflow/tfjs-core';
import { type DataType, detach } from 'kd-core';
import { ONNX_DATA_TYPES } from '../../reader/onnx-model.ts';
import { broadcastShapes } from '../../trace/traced-value.ts';
import type { OperatorDefinition, OperatorTable } from '../operator.ts';
import { broadcast } from '../rearrange.ts';
import { applyElementwise, type ElementwiseRule, elementwise } from './elementwise.ts';
import { withoutGradient } from './without-gradient.ts';

function comparison(
  tensors: (a: Tensor, b: Tensor) => Tensor,
  numbers: (a: number, b: number) => boolean,
): OperatorDefinition {
  const rule: ElementwiseRule = {
    tensors: withoutGradient((a, b) => tensors(a!, b!)),
    numbers: ([a, b]) => Number(numbers(a!, b!)),
    dtype: 'bool',
  };
  return { read: () => elementwise(rule) };
}

const not: OperatorDefinition = {
  read: () =>
    elementwise({
      tensors: withoutGradient((x) => logicalNot(x!)),
      numbers: ([x]) => Number(x === 0),
      dtype: 'bool',
    }),
};

const select: OperatorDefinition = {
  read: () => (operands) =>
    applyElementwise(
      {
        tensors: (condition, a, b) => {
          const shape = [condition!, a!, b!].map((each) => each.shape).reduce(broadcastShapes);
          return where(broadcast(condition!, shape), broadcast(a!, shape), broadcast(b!, shape));
        },
        numbers: ([condition, a, b]) => (condition === 0 ? b! : a!),
        dtype: operands.at(1).dtype,
      },
      operands.all,
    ),
};

/** Element types of ONNX by their names there, as tfjs has them. */
const TYPES: ReadonlyMap<string, DataType> = new Map([
  ...(['float32', 'float16', 'float64', 'bfloat16'] as const).map((name) => [name, 'float32'] as const),
  ...(['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64'] as const).map(
    (name) => [name, 'int32'] as const,
  ),
  ['bool', 'bool'],
]);

const cast: OperatorDefinition = {
  limits: 'strings, 8-bit floats',
  read: (node) => {
    const code = node.int('to', 0);
    node.flag('saturate', true);
    const name = ONNX_DATA_TYPES[code];
    const dtype = name === undefined ? undefined : TYPES.get(name);
    if (dtype === undefined) node.refuse(`the element type ${name ?? code}`);
    return elementwise(conversion(dtype!));
  },
};

const castLike: OperatorDefinition = {
  read: (node) => {
    node.flag('saturate', true);
    return (operands) => applyElementwise(conversion(operands.at(1).dtype), [operands.at(0)]);
  },
};

function conversion(dtype: DataType): ElementwiseRule {
  return {
    // A cast to integers is a step function, which tfjs takes for the identity.
    tensors: (x) => castTensor(dtype === 'float32' ? x! : detach(x!), dtype),
    numbers: ([x]) => (dtype === 'bool' ? Number(x !== 0) : dtype === 'int32' ? Math.trunc(x!) : x!),
    dtype,
  };
}

export const logicOperators: OperatorTable = {
  And: comparison(logicalAnd, (a, b) => a !== 0 && b !== 0),
  Cast: cast,
  CastLike: castLike,
  Equal: comparison(equal, (a, b) => a === b),
  Greater: comparison(greater, (a, b) => a > b),
  GreaterOrEqual: comparison(greaterEqual, (a, b) => a >= b),
  Less: comparison(less, (a, b) => a < b),
  LessOrEqual: comparison(lessEqual, (a, b) => a <= b),
  Not: not,
  Or: comparison(logicalOr, (a, b) => a !== 0 || b !== 0),
  Where: select,
};
