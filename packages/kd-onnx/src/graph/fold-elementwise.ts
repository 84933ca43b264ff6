import { sizeOf } from 'kd-core';
import type { GraphValue } from './graph.ts';

/** What is worth computing while a graph is built: the arithmetic between weights and statistics of frozen networks. */
const OPERATIONS: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Div: (a, b) => a / b,
  Mul: (a, b) => a * b,
  Neg: (a) => -a,
  Reciprocal: (a) => 1 / a,
  Sqrt: (a) => Math.sqrt(a),
  Sub: (a, b) => a - b,
};

/**
 * The values of an elementwise operator of one or two float32 constants that broadcast to `shape`; undefined where one
 * is not constant, or for other operators.
 */
export function foldElementwise(
  opType: string,
  operands: readonly GraphValue[],
  shape: readonly number[],
): Float32Array | undefined {
  const operation = OPERATIONS[opType];
  const isConstant = operands.every(({ constant, dtype }) => constant !== undefined && dtype === 'float32');
  if (operation === undefined || !isConstant) return undefined;
  const [a, b] = operands.map((operand) => spread(operand, shape));
  return a!.map((value, index) => operation(value, b === undefined ? 0 : b[index]!));
}

/** The values of a constant in the larger broadcast shape `shape`. */
function spread({ constant, shape: own }: GraphValue, shape: readonly number[]): Float32Array {
  const data = constant as Float32Array;
  const size = sizeOf(shape);
  if (data.length === size) return data;
  const result = new Float32Array(size);
  const added = shape.length - own.length;
  const position = new Array<number>(shape.length).fill(0);
  const steps = shape.map((_, axis) => {
    const isWhole = axis >= added && own[axis - added] !== 1;
    return isWhole ? sizeOf(own.slice(axis - added + 1)) : 0;
  });
  let source = 0;
  for (let target = 0; target < size; target++) {
    result[target] = data[source]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      source += steps[axis]!;
      if (++position[axis]! < shape[axis]!) break;
      source -= steps[axis]! * shape[axis]!;
      position[axis] = 0;
    }
  }
  return result;
}
