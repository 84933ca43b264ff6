import { slice_util } from '@tensorflow/tfjs-core';
import type { GraphValue } from '../graph/graph.ts';
import { int } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { reshapeTraced } from '../trace/reshape.ts';
import {
  materialize,
  physicalShape,
  preferredLayout,
  type TracedValue,
  traced,
} from '../trace/traced-value.ts';
import { type Lowering, type LoweringTable, normalizeAxes } from './lowering.ts';

interface Range {
  readonly start: number;
  /** Exclusive; with a negative step, may be before the first element. */
  readonly stop: number;
  readonly step: number;
  readonly size: number;
}

/** ONNX has no number for "before index 0" but one far below every negative index. */
const BEFORE_FIRST = -1e9;

/** Takes a range of each logical axis, whole axes costing nothing. */
function sliceTraced(builder: GraphBuilder, x: TracedValue, ranges: readonly Range[]): TracedValue {
  const shape = ranges.map((range) => range.size);
  if (x.graph.shape.every((size) => size === 1)) return { ...x, shape };
  const graph = materialize(builder, x, x.layout);
  const cut = x.layout.flatMap((axis, position) => {
    const { start, step, size } = ranges[axis]!;
    return start === 0 && step === 1 && size === x.shape[axis] ? [] : [{ position, range: ranges[axis]! }];
  });
  if (cut.length === 0) return x;
  const result = builder.op(
    'Slice',
    [
      graph,
      builder.int64(cut.map(({ range }) => range.start)),
      builder.int64(cut.map(({ range }) => (range.step < 0 && range.stop < 0 ? BEFORE_FIRST : range.stop))),
      builder.int64(cut.map(({ position }) => position)),
      builder.int64(cut.map(({ range }) => range.step)),
    ],
    { shape: physicalShape(shape, x.layout), dtype: x.dtype },
  );
  return traced(result, shape, x.layout);
}

function contiguous(start: number, size: number): Range {
  return { start, stop: start + size, step: 1, size };
}

const slice: Lowering = ({ builder, inputs, attributes }) => {
  const x = inputs.x!;
  const [begin, size] = slice_util.parseSliceParams(
    { shape: [...x.shape] } as Parameters<typeof slice_util.parseSliceParams>[0],
    attributes.begin as number[],
    attributes.size as number[],
  );
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
  const reversed = normalizeAxes(attributes.dims, x.shape.length);
  const ranges = x.shape.map(
    (size, axis): Range =>
      reversed.includes(axis) && size > 1
        ? { start: size - 1, stop: -1, step: -1, size }
        : contiguous(0, size),
  );
  return sliceTraced(builder, x, ranges);
};

const pad: Lowering = ({ builder, inputs, attributes }) => {
  const x = inputs.x!;
  const paddings = attributes.paddings as [number, number][];
  if (paddings.every(([before, after]) => before === 0 && after === 0)) return x;
  const shape = x.shape.map((size, axis) => size + paddings[axis]![0] + paddings[axis]![1]);
  const pads = [0, 1].flatMap((side) => x.layout.map((axis) => paddings[axis]![side]!));
  const source = materialize(builder, x, x.layout);
  const operand = x.dtype === 'bool' ? builder.cast(source, 'int32') : source;
  const fill = builder.scalar(
    Number(attributes.constantValue ?? 0),
    operand.dtype === 'int32' ? 'int32' : 'float32',
  );
  const result = builder.op('Pad', [operand, builder.int64(pads), fill], {
    shape: physicalShape(shape, x.layout),
    dtype: operand.dtype,
  });
  return traced(builder.cast(result, x.dtype), shape, x.layout);
};

function concatenate(builder: GraphBuilder, values: readonly TracedValue[], axis: number): TracedValue {
  const present = values.filter((value) => value.shape[axis] !== 0);
  if (present.length === 0) return values[0]!;
  if (present.length === 1) return present[0]!;
  const rank = present[0]!.shape.length;
  const layout = preferredLayout(present, rank);
  const graphs = present.map((value): GraphValue => materialize(builder, value, layout));
  const size = present.reduce((sum, value) => sum + value.shape[axis]!, 0);
  const shape = present[0]!.shape.map((dimension, each) => (each === axis ? size : dimension));
  const result = builder.op(
    'Concat',
    graphs,
    { shape: physicalShape(shape, layout), dtype: graphs[0]!.dtype },
    { attributes: { axis: int(layout.indexOf(axis)) } },
  );
  return traced(result, shape, layout);
}

const concat: Lowering = ({ builder, inputs, attributes }) => {
  const values = Object.values(inputs);
  const axis = normalizeAxes(attributes.axis, values[0]!.shape.length)[0]!;
  return concatenate(builder, values, axis);
};

const pack: Lowering = ({ builder, inputs, attributes }) => {
  const values = Object.values(inputs);
  const axis = normalizeAxes(attributes.axis, values[0]!.shape.length + 1)[0]!;
  const expanded = values.map((value) =>
    reshapeTraced(builder, value, [...value.shape.slice(0, axis), 1, ...value.shape.slice(axis)]),
  );
  return concatenate(builder, expanded, axis);
};

function splitTraced(
  builder: GraphBuilder,
  x: TracedValue,
  sizes: readonly number[],
  axis: number,
): TracedValue[] {
  let start = 0;
  return sizes.map((size) => {
    const ranges = x.shape.map((whole, each) =>
      each === axis ? contiguous(start, size) : contiguous(0, whole),
    );
    start += size;
    return sliceTraced(builder, x, ranges);
  });
}

const split: Lowering = ({ builder, inputs, attributes }) => {
  const x = inputs.x!;
  const axis = normalizeAxes(attributes.axis, x.shape.length)[0]!;
  const wanted = attributes.numOrSizeSplits as number | number[];
  const total = x.shape[axis]!;
  const sizes =
    typeof wanted === 'number'
      ? new Array<number>(wanted).fill(total / wanted)
      : wanted.map((size) =>
          size < 0 ? total - wanted.reduce((sum, each) => sum + Math.max(each, 0), 0) : size,
        );
  return splitTraced(builder, x, sizes, axis);
};

const unpack: Lowering = ({ builder, inputs, attributes }) => {
  const x = inputs.value!;
  const axis = normalizeAxes(attributes.axis, x.shape.length)[0]!;
  const shape = x.shape.filter((_, each) => each !== axis);
  const slices = splitTraced(builder, x, new Array<number>(x.shape[axis]!).fill(1), axis);
  return slices.map((each) => reshapeTraced(builder, each, shape));
};

const tile: Lowering = ({ builder, inputs, attributes }) => {
  const x = inputs.x!;
  const reps = attributes.reps as number[];
  const shape = x.shape.map((size, axis) => size * reps[axis]!);
  const isBroadcast = reps.every((count, axis) => count === 1 || x.shape[axis] === 1);
  if (isBroadcast) return { ...x, shape };
  const operand = materialize(builder, x, x.layout);
  const result = builder.op('Tile', [operand, builder.int64(x.layout.map((axis) => reps[axis]!))], {
    shape: physicalShape(shape, x.layout),
    dtype: x.dtype,
  });
  return traced(result, shape, x.layout);
};

export const slicingLowerings: LoweringTable = {
  Concat: concat,
  Pack: pack,
  PadV2: pad,
  Reverse: reverse,
  Slice: slice,
  SplitV: split,
  StridedSlice: stridedSlice,
  Tile: tile,
  Unpack: unpack,
};
