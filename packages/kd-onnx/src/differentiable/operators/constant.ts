import { sizeOf } from 'kd-core';
import { constantValue } from '../constant-value.ts';
import type { NodeReader } from '../node-reader.ts';
import type { OperatorDefinition, OperatorTable } from '../operator.ts';
import { type KnownValue, known, newNumbers } from '../value.ts';

const constant: OperatorDefinition = {
  computes: false,
  limits: 'strings, sparse tensors',
  read: (node) => {
    const value = statedValue(node);
    return () => value;
  },
};

function statedValue(node: NodeReader): KnownValue {
  const value = node.tensor('value');
  if (value !== undefined) return constantValue(value);
  const float = node.float('value_float', undefined);
  if (float !== undefined) return known([float], [], 'float32');
  const int = node.int('value_int', undefined);
  if (int !== undefined) return known([int], [], 'int32');
  const floats = node.floats('value_floats');
  if (floats !== undefined) return known(floats, [floats.length], 'float32');
  const ints = node.ints('value_ints');
  if (ints !== undefined) return known(ints, [ints.length], 'int32');
  return node.refuse('a value that is no dense tensor of numbers');
}

const constantOfShape: OperatorDefinition = {
  computes: false,
  settings: [0],
  read: (node) => {
    const stated = node.tensor('value');
    const value = stated === undefined ? known([0], [1], 'float32') : constantValue(stated);
    return (operands) => {
      const shape = operands.numbers(0);
      return known(newNumbers(sizeOf(shape)).fill(value.data[0]!), shape, value.dtype);
    };
  },
};

export const constantOperators: OperatorTable = { Constant: constant, ConstantOfShape: constantOfShape };
