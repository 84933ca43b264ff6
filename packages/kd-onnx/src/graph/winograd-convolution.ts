import type { GraphValue } from './graph.ts';
import type { GraphBuilder } from './graph-builder.ts';
import {
  FILTER_SIZE,
  filterTransform,
  outputTransform,
  signalTransform,
  TILE_PRODUCTS,
  TILE_SIZE,
} from './winograd-transforms.ts';

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
 * channels for each of the 36 factors of a tile, and back. Knows how its results were made, so that
 * a scale or a shift of their channels joins the convolution.
 */
export class WinogradForms {
  readonly #builder: GraphBuilder;
  readonly #made = new Map<string, WinogradConvolution>();

  constructor(builder: GraphBuilder) {
    this.#builder = builder;
  }

  /** How a map [height, width, batch, filters] was made, if here. */
  find(map: GraphValue): WinogradConvolution | undefined {
    return this.#made.get(map.name);
  }

  /** The map [height, width, batch, filters]. */
  apply(convolution: WinogradConvolution): GraphValue {
    const { shift } = convolution;
    const map = this.#convolve(convolution);
    const result = shift === undefined ? map : this.#builder.op('Add', [map, shift], map);
    this.#made.set(result.name, convolution);
    return result;
  }

  #convolve({ image, kernel, padding, outputSize }: WinogradConvolution): GraphValue {
    const [height, width, batch, channels] = image.shape as [number, number, number, number];
    const filters = kernel.shape[3]!;
    const [outHeight, outWidth] = outputSize;
    const [rows, columns] = [Math.ceil(outHeight / TILE_SIZE), Math.ceil(outWidth / TILE_SIZE)];
    const [rowFactors, columnFactors] = [TILE_PRODUCTS * rows, TILE_PRODUCTS * columns];

    const fromRows = this.#matrix(signalTransform(height, padding[0], rows), rowFactors);
    const fromColumns = this.#matrix(signalTransform(width, padding[1], columns), columnFactors);
    const image2d = this.#builder.reshape(image, [height, width * batch * channels]);
    const byRow = this.#product(fromRows, image2d);
    const factors = this.#product(
      fromColumns,
      this.#builder.reshape(byRow, [rowFactors, width, batch * channels]),
    );
    const products = this.#product(
      this.#builder.reshape(factors, [TILE_PRODUCTS, rows, TILE_PRODUCTS, columns * batch, channels]),
      this.#kernelFactors(kernel),
    );
    const toColumns = this.#matrix(outputTransform(outWidth, columns), outWidth);
    const toRows = this.#matrix(outputTransform(outHeight, rows), outHeight);
    const byColumn = this.#product(
      toColumns,
      this.#builder.reshape(products, [rowFactors, columnFactors, batch * filters]),
    );
    const map = this.#product(
      toRows,
      this.#builder.reshape(byColumn, [rowFactors, outWidth * batch * filters]),
    );
    return this.#builder.reshape(map, [outHeight, outWidth, batch, filters]);
  }

  /** [products, 1, products, channels, filters] */
  #kernelFactors(kernel: GraphValue): GraphValue {
    const [, , channels, filters] = kernel.shape as [number, number, number, number];
    const taps = this.#builder.reshape(kernel, [FILTER_SIZE ** 2, channels * filters]);
    const factors = this.#product(this.#matrix(filterTransform(), TILE_PRODUCTS ** 2), taps);
    return this.#builder.reshape(factors, [TILE_PRODUCTS, 1, TILE_PRODUCTS, channels, filters]);
  }

  #matrix(data: Float32Array, rows: number): GraphValue {
    return this.#builder.constant(data, [rows, data.length / rows], 'float32');
  }

  /** Products of the last two axes; leading ones broadcast. */
  #product(a: GraphValue, b: GraphValue): GraphValue {
    const rank = Math.max(a.shape.length, b.shape.length);
    const leading = Array.from({ length: rank - 2 }, (_, axis) =>
      Math.max(a.shape.at(axis - rank) ?? 1, b.shape.at(axis - rank) ?? 1),
    );
    const shape = [...leading, a.shape.at(-2)!, b.shape.at(-1)!];
    return this.#builder.op('MatMul', [a, b], { shape, dtype: 'float32' });
  }
}
