import type { GraphValue } from './graph.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { signalTransform, TILE_PRODUCTS, TILE_SIZE } from './winograd-transforms.ts';

/** Tiles along the height and the width of an output. */
export function tilesOf([height, width]: readonly [number, number]): [rows: number, columns: number] {
  return [Math.ceil(height / TILE_SIZE), Math.ceil(width / TILE_SIZE)];
}

/**
 * The factors of all tiles of a map [height, width, batch, channels] with `padding` zeros above and left of it:
 * [products, rows, products, columns * batch, channels], where `rows` and `columns` count tiles.
 */
export function signalFactors(
  builder: GraphBuilder,
  map: GraphValue,
  [top, left]: readonly [number, number],
  [rows, columns]: readonly [number, number],
): GraphValue {
  const [height, width, batch, channels] = map.shape as [number, number, number, number];
  const fromRows = matrix(builder, signalTransform(height, top, rows), TILE_PRODUCTS * rows);
  const fromColumns = matrix(builder, signalTransform(width, left, columns), TILE_PRODUCTS * columns);
  const factors = alongPixels(builder, fromRows, fromColumns, map);
  return builder.reshape(factors, [TILE_PRODUCTS, rows, TILE_PRODUCTS, columns * batch, channels]);
}

/** `byRows` [h, height] and `byColumns` [w, width] applied to a map [height, width, ...]: [h, w, ...]. */
export function alongPixels(
  builder: GraphBuilder,
  byRows: GraphValue,
  byColumns: GraphValue,
  map: GraphValue,
): GraphValue {
  const [height, width, ...rest] = map.shape as [number, number, ...number[]];
  const length = rest.reduce((total, size) => total * size, 1);
  const [outHeight, outWidth] = [byRows.shape[0]!, byColumns.shape[0]!];
  const moved = product(builder, byRows, builder.reshape(map, [height, width * length]));
  const result = product(builder, byColumns, builder.reshape(moved, [outHeight, width, length]));
  return builder.reshape(result, [outHeight, outWidth, ...rest]);
}

export function matrix(builder: GraphBuilder, data: Float32Array, rows: number): GraphValue {
  return builder.constant(data, [rows, data.length / rows], 'float32');
}

/** Products of the last two axes; leading ones broadcast. */
export function product(builder: GraphBuilder, a: GraphValue, b: GraphValue): GraphValue {
  const rank = Math.max(a.shape.length, b.shape.length);
  const leading = Array.from({ length: rank - 2 }, (_, axis) =>
    Math.max(a.shape.at(axis - rank) ?? 1, b.shape.at(axis - rank) ?? 1),
  );
  const shape = [...leading, a.shape.at(-2)!, b.shape.at(-1)!];
  return builder.op('MatMul', [a, b], { shape, dtype: 'float32' });
}
