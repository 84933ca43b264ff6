import type { GraphValue } from './graph.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { alongPixels, matrix, product, signalFactors, tilesOf } from './winograd-products.ts';
import { FILTER_SIZE, filterTransform, outputTransform, TILE_PRODUCTS } from './winograd-transforms.ts';

export interface WinogradKernelGradient {
  /** [height, width, batch, channels] */
  readonly image: GraphValue;
  /** The gradient of the output: [height, width, batch, filters]. */
  readonly gradient: GraphValue;
  /** Zeros above and left of the image. */
  readonly padding: readonly [top: number, left: number];
}

/**
 * The gradient [3, 3, channels, filters] of the kernel of a `WinogradConvolution`: y = A^T [(G g) * (B^T d)] gives
 * dg = G^T [(A dy) * (B^T d)], a quarter of the products of the direct form. The image's factors B^T d
 * are those of the forward pass.
 */
export function winogradKernelGradient(
  builder: GraphBuilder,
  { image, gradient, padding }: WinogradKernelGradient,
): GraphValue {
  const [outHeight, outWidth, batch, filters] = gradient.shape as [number, number, number, number];
  const channels = image.shape[3]!;
  const tiles = tilesOf([outHeight, outWidth]);
  const [rows, columns] = tiles;
  const imageFactors = signalFactors(builder, image, padding, tiles);
  const gradientFactors = builder.reshape(
    alongPixels(builder, outputAdjoint(builder, outHeight), outputAdjoint(builder, outWidth), gradient),
    [TILE_PRODUCTS, rows, TILE_PRODUCTS, columns * batch, filters],
  );
  const byTileRow = product(builder, builder.transpose(imageFactors, [0, 1, 2, 4, 3]), gradientFactors);
  const taps = product(
    builder,
    kernelAdjoint(builder, rows),
    builder.reshape(byTileRow, [TILE_PRODUCTS ** 2 * rows, channels * filters]),
  );
  return builder.reshape(taps, [FILTER_SIZE, FILTER_SIZE, channels, filters]);
}

/** A for all tiles along an axis of `length` outputs. */
function outputAdjoint(builder: GraphBuilder, length: number): GraphValue {
  const [tiles] = tilesOf([length, length]);
  return builder.transpose(matrix(builder, outputTransform(length, tiles), length), [1, 0]);
}

/** G^T, applied to the sum over the rows of tiles: [filter size^2, products * rows * products]. */
function kernelAdjoint(builder: GraphBuilder, rows: number): GraphValue {
  const taps = FILTER_SIZE ** 2;
  const forward = filterTransform();
  const adjoint = new Float32Array(taps * TILE_PRODUCTS ** 2 * rows);
  let next = 0;
  for (let tap = 0; tap < taps; tap++) {
    for (let vertical = 0; vertical < TILE_PRODUCTS; vertical++) {
      for (let row = 0; row < rows; row++) {
        for (let horizontal = 0; horizontal < TILE_PRODUCTS; horizontal++) {
          adjoint[next++] = forward[(vertical * TILE_PRODUCTS + horizontal) * taps + tap]!;
        }
      }
    }
  }
  return matrix(builder, adjoint, taps);
}
