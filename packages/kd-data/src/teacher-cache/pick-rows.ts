import { HostTensor } from 'kd-core';

/** The given rows of a tensor along its first dimension, in that order; the tensor itself where they are all of them. */
export function pickRows(tensor: HostTensor, rows: readonly number[]): HostTensor {
  const { data, shape, dtype } = tensor;
  if (rows.length === shape[0]) return tensor;
  const size = data.length / shape[0]!;
  const picked = new (data.constructor as Float32ArrayConstructor)(rows.length * size);
  rows.forEach((row, place) => {
    picked.set(data.subarray(row * size, (row + 1) * size), place * size);
  });
  return new HostTensor(picked, [rows.length, ...shape.slice(1)], dtype);
}
