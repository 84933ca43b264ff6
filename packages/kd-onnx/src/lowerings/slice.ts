import { slice_util, util } from '@tensorflow/tfjs-core';
import { hostData } from 'kd-core';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { reshapeTraced } from '../trace/reshape.ts';
import { materialize, physicalShape, type TracedValue, traced } from '../trace/traced-value.ts';
import { type Lowering, type LoweringTable, tensorLike } from './lowering.ts';

export interface Range {
  readonly start: number;
  /** Exclusive; with a negative step, may be before the first element. */
  readonly stop: number;
  readonly step: number;
  readonly size: number;
}

/** ONNX has no number for "before index 0" but one far below every negative index. */
const BEFORE_FIRST = -1e9;

/**
 * Takes a range of each logical axis, whole axes costing nothing. A range that runs backwards is taken forwards
 * first, then turned around: with negative steps, not every provider begins where it is told to.
 */
export function sliceTraced(builder: GraphBuilder, x: TracedValue, ranges: readonly Range[]): TracedValue {
  const shape = ranges.map((range) => range.size);
  if (shape.includes(0)) return traced(builder.constant(hostData(x.dtype, 0), shape, x.dtype));
  if (x.graph.shape.every((size) => size === 1)) return { ...x, shape };
  const forward = cut(builder, x, ranges.map(forwards));
  const turned = ranges.map(({ step, size }) =>
    step < 0 && size > 1 ? backwards(size) : contiguous(0, size),
  );
  return cut(builder, forward, turned);
}

function forwards(range: Range): Range {
  if (range.step > 0) return range;
  const last = range.start + (range.size - 1) * range.step;
  return { start: last, stop: range.start + 1, step: -range.step, size: range.size };
}

function cut(builder: GraphBuilder, x: TracedValue, ranges: readonly Range[]): TracedValue {
  const shape = ranges.map((range) => range.size);
  const graph = materialize(builder, x, x.layout);
  const parts = x.layout.flatMap((axis, position) => {
    const { start, step, size } = ranges[axis]!;
    return start === 0 && step > 0 && size === x.shape[axis] ? [] : [{ position, range: ranges[axis]! }];
  });
  if (parts.length === 0) return x;
  const result = builder.op(
    'Slice',
    [
      graph,
      builder.int64(parts.map(({ range }) => range.start)),
      builder.int64(parts.map(({ range }) => range.stop)),
      builder.int64(parts.map(({ position }) => position)),
      builder.int64(parts.map(({ range }) => range.step)),
    ],
    { shape: physicalShape(shape, x.layout), dtype: x.dtype },
  );
  return traced(result, shape, x.layout);
}

export function contiguous(start: number, size: number): Range {
  return { start, stop: start + size, step: 1, size };
}

/** A whole axis in reverse order. */
export function backwards(size: number): Range {
  return { start: size - 1, stop: BEFORE_FIRST, step: -1, size };
}

const slice: Lowering = ({ builder, inputs, attributes }) => {
  const x = inputs.x!;
  const [begin, size] = slice_util.parseSliceParams(
    tensorLike(x),
    attributes.begin as number[],
    attributes.size as number[],
  );
  slice_util.assertParamsValid(tensorLike(x), begin!, size!);
  return sliceTraced(
    builder,
    x,
    begin!.map((start, axis) => contiguous(start, size![axis]!)),
  );
};

const stridedSlice: Lowering = ({ builder, inputs, attributes }) => {
  const x = inputs.x!;
  const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } =
    attributes as {
      begin: number[];
      end: number[];
      strides: number[];
      beginMask: number;
      endMask: number;
      ellipsisMask: number;
      newAxisMask: number;
      shrinkAxisMask: number;
    };
  const info = slice_util.sliceInfo(
    [...x.shape],
    begin,
    end,
    strides,
    beginMask,
    endMask,
    ellipsisMask,
    newAxisMask,
    shrinkAxisMask,
  );
  const ranges = info.begin.map((start, axis): Range => {
    const step = info.strides[axis]!;
    const stop = info.end[axis]!;
    return { start, stop, step, size: Math.max(0, Math.ceil((stop - start) / step)) };
  });
  return reshapeTraced(builder, sliceTraced(builder, x, ranges), info.finalShape);
};

const reverse: Lowering = ({ builder, inputs, attributes }) => {
  const x = inputs.x!;
  return reverseAxes(builder, x, util.parseAxisParam(attributes.dims as number[], [...x.shape]));
};

function reverseAxes(builder: GraphBuilder, x: TracedValue, reversed: readonly number[]): TracedValue {
  const ranges = x.shape.map(
    (size, axis): Range => (reversed.includes(axis) && size > 1 ? backwards(size) : contiguous(0, size)),
  );
  return sliceTraced(builder, x, ranges);
}

/** Images with their columns in reverse order. */
const flipLeftRight: Lowering = ({ builder, inputs }) => reverseAxes(builder, inputs.image!, [2]);

export const sliceLowerings: LoweringTable = {
  FlipLeftRight: flipLeftRight,
  Reverse: reverse,
  Slice: slice,
  StridedSlice: stridedSlice,
};
