import { KdError, requireArgument } from '../errors.ts';
import type { Tree } from './tree.ts';

/** The element types that cross every backend. `bool` data are 0 or 1. */
export type DataType = 'float32' | 'int32' | 'bool';

export type HostData = Float32Array | Int32Array | Uint8Array;

/** Values in host memory, row-major: the form in which data enter and leave a backend. */
export class HostTensor {
  readonly data: HostData;
  readonly shape: readonly number[];
  readonly dtype: DataType;

  /**
   * Throws `SHAPE_MISMATCH` when `data` does not have exactly the elements of `shape`, `INVALID_ARGUMENT` when
   * its type is not that of `dtype`.
   */
  constructor(data: HostData, shape: readonly number[], dtype: DataType = dataTypeOf(data)) {
    if (data.length !== sizeOf(shape)) {
      throw new KdError(
        'SHAPE_MISMATCH',
        `A tensor of shape [${shape.join(', ')}] has ${sizeOf(shape)} elements, but ${data.length} were given.`,
      );
    }
    if (dtype !== dataTypeOf(data)) {
      throw new KdError(
        'INVALID_ARGUMENT',
        `Data of a ${dtype} tensor cannot be a ${data.constructor.name}.`,
      );
    }
    this.data = data;
    this.shape = shape;
    this.dtype = dtype;
  }

  static scalar(value: number, dtype: DataType = 'float32'): HostTensor {
    return new HostTensor(hostData(dtype, [value]), [], dtype);
  }
}

export type HostTree = Tree<HostTensor>;

/** Elements of a tensor of this shape. Throws `INVALID_ARGUMENT` unless all sizes are non-negative integers. */
export function sizeOf(shape: readonly number[]): number {
  requireArgument(
    shape.every((dimension) => Number.isInteger(dimension) && dimension >= 0),
    () => `A shape must hold non-negative integers, got [${shape.join(', ')}].`,
  );
  return shape.reduce((product, dimension) => product * dimension, 1);
}

/** A typed array of `dtype` with the given values, or `values` zeros when a number is given. */
export function hostData(dtype: DataType, values: number | ArrayLike<number>): HostData {
  // The constructors take both forms, but TypeScript has no overload for the union.
  const from = values as number;
  if (dtype === 'float32') return new Float32Array(from);
  return dtype === 'int32' ? new Int32Array(from) : new Uint8Array(from);
}

function dataTypeOf(data: HostData): DataType {
  if (data instanceof Float32Array) return 'float32';
  return data instanceof Int32Array ? 'int32' : 'bool';
}
