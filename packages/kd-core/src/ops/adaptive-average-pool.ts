import { avgPool, matMul, reshape, type Tensor, type Tensor4D, tensor3d } from '@tensorflow/tfjs-core';
import { KdError, requireArgument } from '../errors.ts';

/** One output position averages `size` inputs from `start` on. */
interface Bin {
  readonly start: number;
  readonly size: number;
}

/**
 * Averages [batch, height, width, channels] down (or up) to a given height and width, with PyTorch's bins:
 * of n inputs and m outputs, output k averages the inputs from floor(k n / m) to ceil((k + 1) n / m) - 1.
 * Bins overlap where m does not divide n.
 * Throws `SHAPE_MISMATCH` unless `x` has rank 4, `INVALID_ARGUMENT` for sizes that are not positive integers.
 */
export function adaptiveAveragePool(x: Tensor, size: readonly [height: number, width: number]): Tensor4D {
  if (x.rank !== 4) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `x must be [batch, height, width, channels], got [${x.shape.join(', ')}].`,
    );
  }
  requireArgument(
    size.every((each) => Number.isInteger(each) && each > 0),
    () => `size must be two positive integers, got [${size.join(', ')}].`,
  );
  const [batch, height, width, channels] = (x as Tensor4D).shape;
  if (height === size[0] && width === size[1]) return x as Tensor4D;
  const rows = binsOf(height, size[0]);
  const columns = binsOf(width, size[1]);
  const [rowStep, columnStep] = [regularStep(rows), regularStep(columns)];
  if (rowStep !== undefined && columnStep !== undefined) {
    return avgPool(x as Tensor4D, [rows[0]!.size, columns[0]!.size], [rowStep, columnStep], 'valid');
  }
  const outputs = rows.length * columns.length;
  const weights = tensor3d(poolingMatrix(rows, columns, width), [1, outputs, height * width]);
  const pooled = matMul(weights, reshape(x, [batch, height * width, channels]));
  return reshape(pooled, [batch, rows.length, columns.length, channels]);
}

function binsOf(inputs: number, outputs: number): Bin[] {
  return Array.from({ length: outputs }, (_, index) => {
    const start = Math.floor((index * inputs) / outputs);
    return { start, size: Math.ceil(((index + 1) * inputs) / outputs) - start };
  });
}

/** The distance of the bins when they are all of one size and equally far apart, as a pooling kernel needs. */
function regularStep(bins: readonly Bin[]): number | undefined {
  const [first, second] = bins;
  if (second === undefined) return 1;
  const step = second.start;
  const regular =
    step > 0 && bins.every(({ start, size }, index) => size === first!.size && start === index * step);
  return regular ? step : undefined;
}

/** [outputs, inputs] row-major, each row the weights of one output over the flattened height and width. */
function poolingMatrix(rows: readonly Bin[], columns: readonly Bin[], width: number): Float32Array {
  const inputs = (rows.at(-1)!.start + rows.at(-1)!.size) * width;
  const matrix = new Float32Array(rows.length * columns.length * inputs);
  rows.forEach((row, rowIndex) => {
    columns.forEach((column, columnIndex) => {
      const offset = (rowIndex * columns.length + columnIndex) * inputs;
      for (let y = row.start; y < row.start + row.size; y++) {
        matrix.fill(
          1 / (row.size * column.size),
          offset + y * width + column.start,
          offset + y * width + column.start + column.size,
        );
      }
    });
  });
  return matrix;
}
