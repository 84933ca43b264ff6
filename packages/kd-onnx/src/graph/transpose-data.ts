import type { ConstantData } from './graph.ts';

/** Row-major data of a transposed tensor: axis i of the result is axis `permutation[i]` of the source. */
export function transposeData<T extends ConstantData>(
  data: T,
  shape: readonly number[],
  permutation: readonly number[],
): T {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  const sizes = permutation.map((axis) => shape[axis]!);
  const steps = permutation.map((axis) => strides[axis]!);
  const result = data.slice() as T;
  const position = new Array<number>(sizes.length).fill(0);
  let source = 0;
  for (let target = 0; target < data.length; target++) {
    result[target] = data[source]!;
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      source += steps[axis]!;
      if (++position[axis]! < sizes[axis]!) break;
      source -= steps[axis]! * sizes[axis]!;
      position[axis] = 0;
    }
  }
  return result;
}
