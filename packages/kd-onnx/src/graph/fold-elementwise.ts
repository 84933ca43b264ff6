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
  const result = new Float32Array(sizeOf(shape));
  const [a, b] = operands.map((operand) => walk(operand, shape));
  for (let index = 0; index < result.length; index++)
    result[index] = operation(a!(), b === undefined ? 0 : b());
  return result;
}

/** Gives the values of a constant one after the other, as they lie in the larger broadcast shape `shape`. */
function walk({ constant, shape: own }: GraphValue, shape: readonly number[]): () => number {
  const data = constant as Float32Array;
  let source = 0;
  if (data.length === sizeOf(shape)) return () => data[source++]!;
  const added = shape.length - own.length;
  const position = new Array<number>(shape.length).fill(0);
  const steps = shape.map((_, axis) => {
    const isWhole = axis >= added && own[axis - added] !== 1;
    return isWhole ? sizeOf(own.slice(axis - added + 1)) : 0;
  });
  return () => {
    const value = data[source]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      source += steps[axis]!;
      if (++position[axis]! < shape[axis]!) break;
      source -= steps[axis]! * shape[axis]!;
      position[axis] = 0;
    }
    return value;
  };
}
