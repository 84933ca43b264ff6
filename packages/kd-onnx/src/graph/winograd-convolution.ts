import type { GraphValue } from './graph.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { type MapTiling, matrix, outputsOf, product, signalFactors, tilingOf } from './winograd-products.ts';
import { FILTER_SIZE, filterTransform, TILE_PRODUCTS } from './winograd-transforms.ts';

/** A 3x3 convolution with stride 1 of a map whose pixels are its leading axes, followed by a sum with one number a channel. */
export interface WinogradConvolution {
  /** [height, width, batch, channels] */
  readonly image: GraphValue;
  /** [3, 3, channels, filters] */
  readonly kernel: GraphValue;
  /** Zeros above and left of the image. */
  readonly padding: readonly [top: number, left: number];
  readonly outputSize: readonly [height: number, width: number];
  /** [filters]; undefined stands for zeros. */
  readonly shift?: GraphValue | undefined;
}

/**
 * Convolutions as matrix products by Winograd's minimal filtering. With pixels as the leading axes every step is
 * a product of matrices that lie in memory as they are needed: rows to factors, columns to factors, one product over
 * channels for each of the 36 factors of a tile, and back. Knows how results of frozen kernels were
 * made, so that a scale or a shift of their channels joins the convolution.
 */
export class WinogradForms {
  readonly #builder: GraphBuilder;
  readonly #made = new Map<string, WinogradConvolution>();

  constructor(builder: GraphBuilder) {
    this.#builder = builder;
  }

  /**
   * How a map [height, width, batch, filters] was made, if here from a frozen kernel. Those that are trained have their
   * maps scaled by statistics of these maps, so that another kernel would be another convolution.
   */
  find(map: GraphValue): WinogradConvolution | undefined {
    return this.#made.get(map.name);
  }

  /** The map [height, width, batch, filters]. */
  apply(convolution: WinogradConvolution): GraphValue {
    const { shift } = convolution;
    const map = this.#convolve(convolution);
    const result = shift === undefined ? map : this.#builder.op('Add', [map, shift], map);
    if (convolution.kernel.constant !== undefined) this.#made.set(result.name, convolution);
    return result;
  }

  #convolve({ image, kernel, padding, outputSize }: WinogradConvolution): GraphValue {
    const builder = this.#builder;
    const tiling: MapTiling = [tilingOf(builder, outputSize[0]), tilingOf(builder, outputSize[1])];
    const factors = signalFactors(builder, image, padding, tiling);
    return outputsOf(builder, product(builder, factors, kernelFactors(builder, kernel)), tiling);
  }
}

/** G g, with the axes of `factorAxes` before channels and filters. */
function kernelFactors(builder: GraphBuilder, kernel: GraphValue): GraphValue {
  const [, , channels, filters] = kernel.shape as [number, number, number, number];
  const taps = builder.reshape(kernel, [FILTER_SIZE ** 2, channels * filters]);
  const factors = product(builder, matrix(builder, filterTransform(), TILE_PRODUCTS ** 2), taps);
  return builder.reshape(factors, [1, TILE_PRODUCTS, 1, 1, TILE_PRODUCTS, channels, filters]);
}
