import {
  avgPool,
  customGrad,
  image,
  matMul,
  mul,
  reshape,
  type Tensor,
  type Tensor4D,
  tensor3d,
} from '@tensorflow/tfjs-core';
import { requireArgument } from '../errors.ts';
import { requireLayout } from '../shapes.ts';

/**
 * [batch, height, width, channels] with another height and width: output row k is the input row floor(k * in / out), columns
 * likewise. With a gradient of its own, because that of tfjs's CPU backend takes the first sample's for all samples.
 * Throws `SHAPE_MISMATCH` unless `x` has rank 4, `INVALID_ARGUMENT` for sizes that are not positive integers.
 */
export function resizeNearest(x: Tensor, size: readonly [height: number, width: number]): Tensor4D {
  requireLayout('x', x, ['batch', 'height', 'width', 'channels']);
  requireArgument(
    size.every((each) => Number.isInteger(each) && each > 0),
    () => `size must be two positive integers, got [${size.join(', ')}].`,
  );
  const [, height, width] = (x as Tensor4D).shape;
  if (height === size[0] && width === size[1]) return x as Tensor4D;
  const resize = customGrad((input) => ({
    value: image.resizeNearestNeighbor(input as Tensor4D, [...size]),
    gradFunc: (dy: Tensor) => sumBySource(dy as Tensor4D, [height, width]),
  }));
  return resize(x) as Tensor4D;
}

/** What each position of a map of `size` has been copied to, added up. */
function sumBySource(dy: Tensor4D, [height, width]: readonly [number, number]): Tensor4D {
  const [batch, rows, columns, channels] = dy.shape;
  const [rowRatio, columnRatio] = [rows / height, columns / width];
  if (Number.isInteger(rowRatio) && Number.isInteger(columnRatio)) {
    const window: [number, number] = [rowRatio, columnRatio];
    return mul(avgPool(dy, window, window, 'valid'), rowRatio * columnRatio);
  }
  const copies = tensor3d(copyMatrix([rows, columns], [height, width]), [1, height * width, rows * columns]);
  const sums = matMul(copies, reshape(dy, [batch, rows * columns, channels]));
  return reshape(sums, [batch, height, width, channels]);
}

/** [inputs, outputs] row-major over flattened positions: 1 where an output is a copy of an input. */
function copyMatrix(
  [rows, columns]: readonly [number, number],
  [height, width]: readonly [number, number],
): Float32Array {
  const outputs = rows * columns;
  const matrix = new Float32Array(height * width * outputs);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const source = Math.floor((row * height) / rows) * width + Math.floor((column * width) / columns);
      matrix[source * outputs + row * columns + column] = 1;
    }
  }
  return matrix;
}
