import { type DataType, KdError, sizeOf } from 'kd-core';
import { fillsBlocks } from '../graph/blocked-forms.ts';
import type { GraphValue } from '../graph/graph.ts';
import { type GraphBuilder, sameShape } from '../graph/graph-builder.ts';

/**
 * A tfjs tensor while its program is recorded.
 *
 * `layout` says how it lies in memory: physical axis p holds logical axis `layout[p]`. Convolutions leave
 * NHWC tensors in NCHW order, transposes only change the tag, and data move where an operator forces it.
 *
 * A physical dimension may be 1 where the logical one is larger: a broadcast that nobody has needed in
 * full yet. Constants such as `ones(x.shape)` and gradients of means thereby cost nothing.
 */
export interface TracedValue {
  readonly shape: readonly number[];
  readonly dtype: DataType;
  readonly layout: readonly number[];
  readonly graph: GraphValue;
}

export type Layout = readonly number[];

export const NCHW: Layout = [0, 3, 1, 2];
/** Pixels first: all of a batch at one pixel lies together. */
export const HWNC: Layout = [1, 2, 0, 3];

export function rowMajorLayout(rank: number): Layout {
  return Array.from({ length: rank }, (_, axis) => axis);
}

function isRowMajor(layout: Layout): boolean {
  return layout.every((axis, position) => axis === position);
}

export function inversePermutation(permutation: readonly number[]): number[] {
  const inverse = new Array<number>(permutation.length);
  permutation.forEach((axis, position) => {
    inverse[axis] = position;
  });
  return inverse;
}

/** A value whose physical form is `graph`, in `layout` (row-major unless given). */
export function traced(
  graph: GraphValue,
  shape: readonly number[] = graph.shape,
  layout: Layout = rowMajorLayout(shape.length),
): TracedValue {
  return { graph, shape, layout, dtype: graph.dtype as DataType };
}

/** The full physical shape of a logical shape in `layout`. */
export function physicalShape(shape: readonly number[], layout: Layout): number[] {
  return layout.map((axis) => shape[axis]!);
}

/** The same value with its physical axes in the order of `layout`; broadcasts stay pending. */
export function withLayout(builder: GraphBuilder, value: TracedValue, layout: Layout): TracedValue {
  if (layout.every((axis, position) => axis === value.layout[position])) return value;
  const position = inversePermutation(value.layout);
  const permutation = layout.map((axis) => position[axis]!);
  const graph = movedInBlocks(builder, value, layout) ?? builder.transpose(value.graph, permutation);
  return { ...value, graph, layout };
}

/**
 * Between maps first and pixels first, whole blocks of channels move instead of single numbers: several times
 * faster than a general transposition. Undefined for other layouts, and where channels do not fill blocks.
 */
function movedInBlocks(builder: GraphBuilder, value: TracedValue, layout: Layout): GraphValue | undefined {
  const { blocks, target } = builder;
  const { graph, shape, dtype } = value;
  const isWhole = sameShape(graph.shape, physicalShape(shape, value.layout));
  if (shape.length !== 4 || dtype !== 'float32' || !isWhole) return undefined;
  const [batch, height, width, channels] = shape as [number, number, number, number];
  if (!fillsBlocks(target.channelBlock, channels)) return undefined;
  if (sameShape(value.layout, NCHW) && sameShape(layout, HWNC)) {
    const pixels = builder.transpose(blocks.withBlockAxis(blocks.of(graph)), [2, 3, 0, 1, 4]);
    return builder.reshape(pixels, [height, width, batch, channels]);
  }
  if (sameShape(value.layout, HWNC) && sameShape(layout, NCHW)) {
    const block = target.channelBlock;
    const split = builder.reshape(graph, [height, width, batch, channels / block, block]);
    const maps = builder.transpose(split, [2, 3, 0, 1, 4]);
    return blocks.plain(builder.reshape(maps, [batch, channels, height, width]));
  }
  return undefined;
}

/** The graph value in `layout` with every broadcast carried out. */
export function materialize(
  builder: GraphBuilder,
  value: TracedValue,
  layout: Layout = rowMajorLayout(value.shape.length),
): GraphValue {
  const { graph } = withLayout(builder, value, layout);
  const shape = physicalShape(value.shape, layout);
  if (sameShape(graph.shape, shape)) return graph;
  return builder.op('Expand', [graph, builder.int64(shape)], { shape, dtype: graph.dtype });
}

/** The value of a constant with one distinct element; undefined for everything else. */
export function uniformConstant(value: TracedValue): number | undefined {
  const data = value.graph.constant;
  return data?.length === 1 ? Number(data[0]) : undefined;
}

/** The logical value with leading axes of size 1 up to `rank`. */
export function withRank(builder: GraphBuilder, value: TracedValue, rank: number): TracedValue {
  const added = rank - value.shape.length;
  if (added === 0) return value;
  const ones = new Array<number>(added).fill(1);
  return {
    ...value,
    shape: [...ones, ...value.shape],
    layout: [...rowMajorLayout(added), ...value.layout.map((axis) => axis + added)],
    graph: builder.reshape(value.graph, [...ones, ...value.graph.shape]),
  };
}

/**
 * The layout in which most elements already lie; where there is no majority, row-major, or with `pixelsFirst` that one:
 * residual connections then stay in the layout of the convolutions that they bridge.
 */
export function preferredLayout(values: readonly TracedValue[], rank: number, pixelsFirst = false): Layout {
  let best = rowMajorLayout(rank);
  let bestSize = -1;
  const isFavourite = (layout: Layout): boolean =>
    pixelsFirst ? sameShape(layout, HWNC) : isRowMajor(layout);
  for (const value of values) {
    if (value.shape.length !== rank) continue;
    const size = sizeOf(value.graph.shape);
    if (size > bestSize || (size === bestSize && isFavourite(value.layout))) {
      best = value.layout;
      bestSize = size;
    }
  }
  return best;
}

/** NumPy broadcasting of two shapes. Throws `INVALID_ARGUMENT` for shapes that do not fit. */
export function broadcastShapes(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[a.length - rank + axis] ?? 1;
    const right = b[b.length - rank + axis] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw new KdError(
        'INVALID_ARGUMENT',
        `Tensors of shapes [${a}] and [${b}] do not broadcast: counted from the last axis, sizes must be equal or 1.`,
      );
    }
    return left === 1 ? right : left;
  });
}
