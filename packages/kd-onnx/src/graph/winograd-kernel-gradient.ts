import { sizeOf } from 'kd-core';
import type { GraphValue } from './graph.ts';
import type { GraphBuilder } from './graph-builder.ts';
import {
  type MapTiling,
  matrix,
  outputAdjoint,
  product,
  signalFactors,
  tilingOf,
} from './winograd-products.ts';
import { FILTER_SIZE, filterTransform, TILE_PRODUCTS } from './winograd-transforms.ts';

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
  const [outHeight, outWidth, , filters] = gradient.shape as [number, number, number, number];
  const channels = image.shape[3]!;
  const tiling: MapTiling = [tilingOf(builder, outHeight), tilingOf(builder, outWidth)];
  const imageFactors = signalFactors(builder, image, padding, tiling);
  const gradientFactors = outputAdjoint(builder, gradient, tiling);
  const byTile = product(builder, builder.transpose(imageFactors, [0, 1, 2, 3, 4, 6, 5]), gradientFactors);
  const axes = byTile.shape.slice(0, -2);
  const taps = product(
    builder,
    kernelAdjoint(builder, axes),
    builder.reshape(byTile, [sizeOf(axes), channels * filters]),
  );
  return builder.reshape(taps, [FILTER_SIZE, FILTER_SIZE, channels, filters]);
}

/** G^T, applied to the sum over tiles: [filter size^2, blocks * products * tiles * blocks * products]. */
function kernelAdjoint(builder: GraphBuilder, axes: readonly number[]): GraphValue {
  const taps = FILTER_SIZE ** 2;
  const forward = filterTransform();
  const [, , tileRows, blockColumns] = axes as [number, number, number, number, number];
  const count = sizeOf(axes);
  const adjoint = new Float32Array(taps * count);
  for (let index = 0; index < count; index++) {
    const horizontal = index % TILE_PRODUCTS;
    const vertical = Math.floor(index / (TILE_PRODUCTS * blockColumns * tileRows)) % TILE_PRODUCTS;
    for (let tap = 0; tap < taps; tap++) {
      adjoint[tap * count + index] = forward[(vertical * TILE_PRODUCTS + horizontal) * taps + tap]!;
    }
  }
  return matrix(builder, adjoint, taps);
}
