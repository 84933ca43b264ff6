import { sizeOf } from 'kd-core';
import type { GraphValue } from './graph.ts';
import { int } from './graph.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { outputTransform, signalTransform, TILE_PRODUCTS, TILE_SIZE } from './winograd-transforms.ts';

/** The outputs along one axis as blocks of tiles: transforms are products with one matrix a block. */
export interface AxisTiling {
  readonly blocks: number;
  /** Tiles of a block. */
  readonly tiles: number;
  /** Outputs of a block; the only block may have fewer than its tiles. */
  readonly length: number;
}

/** Outputs of a block: shorter ones multiply small matrices slowly, longer ones by zeros mostly. */
const BLOCK_LENGTH = 2 * TILE_SIZE;

/** In WebAssembly blocks make up for their overlaps; elsewhere all tiles are one block. */
export function tilingOf(builder: GraphBuilder, length: number): AxisTiling {
  const isSplit = builder.target.minimalFiltering === true && length % BLOCK_LENGTH === 0;
  const blocks = isSplit ? length / BLOCK_LENGTH : 1;
  return { blocks, tiles: Math.ceil(length / blocks / TILE_SIZE), length: length / blocks };
}

export type MapTiling = readonly [vertical: AxisTiling, horizontal: AxisTiling];

/** The axes of factors and products before the channels: [blocks, products, tiles, blocks, products, tiles * batch]. */
function factorAxes([vertical, horizontal]: MapTiling, batch: number): number[] {
  return [
    vertical.blocks,
    TILE_PRODUCTS,
    vertical.tiles,
    horizontal.blocks,
    TILE_PRODUCTS,
    horizontal.tiles * batch,
  ];
}

/** B^T d: the factors of a map [height, width, batch, channels] with `padding` zeros above and left of it. */
export function signalFactors(
  builder: GraphBuilder,
  map: GraphValue,
  [top, left]: readonly [number, number],
  tiling: MapTiling,
): GraphValue {
  const [, , batch, channels] = map.shape as [number, number, number, number];
  const byRow = signalAlong(builder, map, 0, top, tiling[0]);
  const factors = signalAlong(builder, byRow, 1, left, tiling[1]);
  return builder.reshape(factors, [...factorAxes(tiling, batch), channels]);
}

/** A^T p: a map [height, width, batch, channels] from the products of its tiles. */
export function outputsOf(builder: GraphBuilder, products: GraphValue, tiling: MapTiling): GraphValue {
  const [vertical, horizontal] = tiling;
  const channels = products.shape.at(-1)!;
  const batch = products.shape.at(-2)! / horizontal.tiles;
  const byColumn = product(
    builder,
    outputMatrix(builder, horizontal),
    builder.reshape(products, [
      factorCount(vertical) * horizontal.blocks,
      TILE_PRODUCTS * horizontal.tiles,
      batch * channels,
    ]),
  );
  const width = horizontal.blocks * horizontal.length;
  const map = product(
    builder,
    outputMatrix(builder, vertical),
    builder.reshape(byColumn, [vertical.blocks, TILE_PRODUCTS * vertical.tiles, width * batch * channels]),
  );
  return builder.reshape(map, [vertical.blocks * vertical.length, width, batch, channels]);
}

/** A dy, the adjoint of `outputsOf`. */
export function outputAdjoint(builder: GraphBuilder, map: GraphValue, tiling: MapTiling): GraphValue {
  const [vertical, horizontal] = tiling;
  const [, width, batch, channels] = map.shape as [number, number, number, number];
  const transposed = (axis: AxisTiling): GraphValue => builder.transpose(outputMatrix(builder, axis), [1, 0]);
  const byRow = product(
    builder,
    transposed(vertical),
    builder.reshape(map, [vertical.blocks, vertical.length, width * batch * channels]),
  );
  const products = product(
    builder,
    transposed(horizontal),
    builder.reshape(byRow, [factorCount(vertical) * horizontal.blocks, horizontal.length, batch * channels]),
  );
  return builder.reshape(products, [...factorAxes(tiling, batch), channels]);
}

function factorCount({ blocks, tiles }: AxisTiling): number {
  return blocks * TILE_PRODUCTS * tiles;
}

/** A^T of one block: [outputs, products * tiles]. */
function outputMatrix(builder: GraphBuilder, { length, tiles }: AxisTiling): GraphValue {
  return matrix(builder, outputTransform(length, tiles), length);
}

/** B^T along an axis of [height, width, batch, channels], which then counts blocks, products and tiles. */
function signalAlong(
  builder: GraphBuilder,
  map: GraphValue,
  axis: 0 | 1,
  before: number,
  tiling: AxisTiling,
): GraphValue {
  const { shape } = map;
  const length = shape[axis]!;
  const leading = sizeOf(shape.slice(0, axis));
  const trailing = sizeOf(shape.slice(axis + 1));
  const rows = builder.reshape(map, [leading, length, trailing]);
  const resultShape = shape.map((size, each) => (each === axis ? factorCount(tiling) : size));
  if (tiling.blocks === 1) {
    const transform = signalTransform(length, before, tiling.tiles);
    return builder.reshape(
      product(builder, matrix(builder, transform, factorCount(tiling)), rows),
      resultShape,
    );
  }
  const { blocks, tiles } = tiling;
  const reach = tiling.length + TILE_PRODUCTS - TILE_SIZE;
  const starts = Array.from({ length: blocks }, (_, block) => block * tiling.length - before);
  const positions = starts.flatMap((start) =>
    Array.from({ length: reach }, (_, offset) => Math.min(Math.max(start + offset, 0), length - 1)),
  );
  const windows = builder.op(
    'Gather',
    [rows, builder.constant(Int32Array.from(positions), [positions.length], 'int32')],
    { shape: [leading, positions.length, trailing], dtype: 'float32' },
    { attributes: { axis: int(1) } },
  );
  const transforms = starts.flatMap((start) => [...windowTransform(reach, tiles, -start, length - start)]);
  const factors = product(
    builder,
    builder.constant(Float32Array.from(transforms), [blocks, TILE_PRODUCTS * tiles, reach], 'float32'),
    builder.reshape(windows, [leading, blocks, reach, trailing]),
  );
  return builder.reshape(factors, resultShape);
}

/** B^T [products * tiles, reach] of one block, with zeros for positions outside `from` to `to`. */
function windowTransform(reach: number, tiles: number, from: number, to: number): Float32Array {
  return signalTransform(reach, 0, tiles).map((coefficient, index) => {
    const position = index % reach;
    return position >= from && position < to ? coefficient : 0;
  });
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
