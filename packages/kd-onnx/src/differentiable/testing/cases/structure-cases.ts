import fc from 'fast-check';
import type { FileAttribute, FileTensor } from '../onnx-file.ts';
import type { OperatorCase } from '../operator-case.ts';
import {
  anyShape,
  broadcastable,
  type CaseTable,
  differentiable,
  distinct,
  forwardOnly,
  integers,
  mapShape,
  opsetFrom,
  size,
  weights,
} from './arbitraries.ts';

type Attributes = Record<string, FileAttribute>;

const scalar = (value: number, dtype: 'float32' | 'int64' = 'float32'): FileTensor => ({
  shape: [],
  data: [value],
  dtype,
});

/** A case with x of one of the shapes, and what `complete` makes of that shape. */
function over(
  shapes: fc.Arbitrary<number[]>,
  complete: (
    shape: readonly number[],
  ) => fc.Arbitrary<Omit<OperatorCase, 'operands'> & { rest?: readonly (FileTensor | undefined)[] }>,
): fc.Arbitrary<OperatorCase> {
  return shapes
    .chain((shape) => fc.tuple(distinct(shape), complete(shape)))
    .map(([x, { rest = [], ...given }]) => ({ ...given, operands: [x, ...rest] }));
}

const reshape = over(mapShape, ([batch, channels, height, width]) =>
  fc
    .constantFrom(
      [0, -1],
      [0, 0, -1],
      [batch!, channels! * height!, width!],
      [-1],
      [0, height!, -1, width!],
      [1, batch!, -1, 1, width!],
    )
    .map((shape) => ({ opType: 'Reshape', opset: 14, rest: [integers(shape)] })),
);

const flatten = over(anyShape, (shape) =>
  size(-shape.length, shape.length).map((axis) => ({
    opType: 'Flatten',
    opset: 13,
    attributes: { axis: { int: axis } },
  })),
);

const transpose = over(anyShape, (shape) =>
  fc
    .option(fc.shuffledSubarray([...shape.keys()], { minLength: shape.length, maxLength: shape.length }), {
      nil: undefined,
    })
    .map((order) => ({
      opType: 'Transpose',
      opset: 13,
      attributes: order === undefined ? {} : ({ perm: { ints: order } } as Attributes),
    })),
);

const squeeze = over(
  mapShape.map(([batch, channels]) => [batch!, 1, channels!, 1]),
  () =>
    fc
      .tuple(fc.constantFrom([1], [-1, 1], [3]), opsetFrom(11, 13))
      .map(([axes, opset]) =>
        opset < 13
          ? { opType: 'Squeeze', opset, attributes: { axes: { ints: axes } } as Attributes }
          : { opType: 'Squeeze', opset, rest: [integers(axes)] },
      ),
);

const unsqueeze = over(anyShape, (shape) =>
  fc
    .tuple(fc.constantFrom([0], [-1], [1, 0], [shape.length]), opsetFrom(11, 13))
    .map(([axes, opset]) =>
      opset < 13
        ? { opType: 'Unsqueeze', opset, attributes: { axes: { ints: axes } } as Attributes }
        : { opType: 'Unsqueeze', opset, rest: [integers(axes)] },
    ),
);

const expand: fc.Arbitrary<OperatorCase> = mapShape
  .chain((shape) => fc.tuple(broadcastable(shape).chain(distinct), fc.constant(shape)))
  .map(([x, shape]) => ({ opType: 'Expand', opset: 13, operands: [x, integers(shape)] }));

const tile = over(mapShape, () =>
  fc.tuple(size(1, 2), size(1, 2), size(1, 2), size(1, 3)).map((repeats) => ({
    opType: 'Tile',
    opset: 13,
    rest: [integers(repeats)],
  })),
);

const concat = over(anyShape, (shape) =>
  size(-shape.length, shape.length - 1).chain((axis) =>
    fc
      .tuple(size(1, 3), size(1, 2))
      .chain(([more, others]) => {
        const along = axis < 0 ? axis + shape.length : axis;
        return fc.array(weights(shape.with(along, more)), { minLength: others, maxLength: others });
      })
      .map((rest) => ({
        opType: 'Concat',
        opset: 13,
        attributes: { axis: { int: axis } } as Attributes,
        rest,
      })),
  ),
);

const slice = over(mapShape, (shape) =>
  fc
    .tuple(
      fc.shuffledSubarray([0, 1, 2, 3], { minLength: 1 }),
      fc.array(fc.constantFrom(0, 1, -2), { minLength: 4, maxLength: 4 }),
      fc.array(fc.constantFrom(1, 2, -1), { minLength: 4, maxLength: 4 }),
      opsetFrom(9, 13, 24),
    )
    .map(([axes, froms, strides, opset]) => {
      const isOld = opset < 10;
      const steps = axes.map((_, each) => (isOld ? 1 : strides[each]!));
      // The first element is inside of the axis, so that something is left.
      const starts = axes.map((axis, each) => {
        const from = shape[axis] === 1 ? 0 : froms[each]!;
        return steps[each]! < 0 ? shape[axis]! + 3 : from;
      });
      const ends = steps.map((step) => (step < 0 ? -1000 : 2 ** 31 - 1));
      return isOld
        ? {
            opType: 'Slice',
            opset,
            attributes: {
              starts: { ints: starts },
              ends: { ints: ends },
              axes: { ints: axes },
            } as Attributes,
          }
        : { opType: 'Slice', opset, rest: [starts, ends, axes, steps].map(integers) };
    }),
);

const gather = over(anyShape, (shape) =>
  size(-shape.length, shape.length - 1).chain((axis) => {
    const length = shape.at(axis)!;
    const index = size(-length, length - 1);
    return fc
      .oneof(
        index.map((each) => scalar(each, 'int64')),
        fc.array(index, { minLength: 1, maxLength: 3 }).map(integers),
        fc
          .array(index, { minLength: 4, maxLength: 4 })
          .map((data): FileTensor => ({ shape: [2, 2], data, dtype: 'int64' })),
      )
      .map((indices) => ({
        opType: 'Gather',
        opset: 13,
        attributes: { axis: { int: axis } } as Attributes,
        rest: [indices],
      }));
  }),
);

const split = over(
  mapShape.map(([batch, , height, width]) => [batch!, 4, height!, width!]).map((shape) => shape.with(0, 1)),
  () =>
    fc.constantFrom<Omit<OperatorCase, 'operands'> & { rest?: readonly FileTensor[] }>(
      { opType: 'Split', opset: 11, outputs: 2, attributes: { axis: { int: 1 } } },
      { opType: 'Split', opset: 11, outputs: 2, attributes: { axis: { int: 1 }, split: { ints: [1, 3] } } },
      {
        opType: 'Split',
        opset: 13,
        outputs: 3,
        attributes: { axis: { int: -3 } },
        rest: [integers([1, 1, 2])],
      },
      { opType: 'Split', opset: 18, outputs: 2, attributes: { axis: { int: 1 }, num_outputs: { int: 2 } } },
    ),
);

const unevenSplit = over(fc.constant([2, 5]), () =>
  fc.constant({
    opType: 'Split',
    opset: 18,
    outputs: 3,
    attributes: { axis: { int: 1 }, num_outputs: { int: 3 } } as Attributes,
  }),
);

const pad = over(mapShape, (shape) =>
  fc
    .tuple(
      fc.constantFrom('constant', 'edge', 'reflect', 'wrap'),
      fc.array(size(0, 2), { minLength: 8, maxLength: 8 }),
      opsetFrom(7, 13, 19, 24),
      fc.constantFrom(0, 1.5),
    )
    .map(([mode, drawn, opset, value]) => {
      const limits = [...shape, ...shape].map((length) => length - 1);
      const pads = drawn.map((each, axis) => (axis % 4 < 2 ? 0 : Math.min(each, limits[axis]!)));
      const chosen = mode === 'wrap' && opset < 19 ? 'edge' : mode;
      const attributes: Attributes = { mode: { string: chosen } };
      return opset < 11
        ? {
            opType: 'Pad',
            opset,
            attributes: { ...attributes, pads: { ints: pads }, value: { float: value } },
          }
        : {
            opType: 'Pad',
            opset,
            attributes,
            rest: [integers(pads), ...(chosen === 'constant' ? [scalar(value)] : [])],
          };
    }),
);

/** Pads of some axes, among them cuts. */
const padOfAxes = over(mapShape, () =>
  fc.constantFrom([-1, 2], [1, -1], [2, 0]).map((pads) => ({
    opType: 'Pad',
    opset: 19,
    rest: [integers(pads), scalar(0.5), integers([-1])],
  })),
);

const depthToSpace: fc.Arbitrary<OperatorCase> = fc
  .tuple(size(1, 2), size(1, 2), size(2, 3), size(2, 3), fc.constantFrom('DCR', 'CRD'))
  .chain(([batch, depth, height, width, mode]) =>
    distinct([batch, depth * 4, height, width]).map((x) => ({
      opType: 'DepthToSpace',
      opset: 13,
      operands: [x],
      attributes: { blocksize: { int: 2 }, mode: { string: mode } } as Attributes,
    })),
  );

const spaceToDepth: fc.Arbitrary<OperatorCase> = fc
  .tuple(size(1, 2), size(1, 3), size(1, 2), size(1, 2))
  .chain(([batch, channels, rows, columns]) =>
    distinct([batch, channels, rows * 2, columns * 2]).map((x) => ({
      opType: 'SpaceToDepth',
      opset: 13,
      operands: [x],
      attributes: { blocksize: { int: 2 } } as Attributes,
    })),
  );

function reduction(opType: string): fc.Arbitrary<OperatorCase> {
  const axesAreInputSince = opType === 'ReduceSum' ? 13 : 18;
  return over(anyShape, (shape) =>
    fc
      .tuple(
        fc.option(fc.shuffledSubarray([...shape.keys()], { minLength: 1 }), { nil: undefined }),
        size(0, 1),
        opsetFrom(11, 13, 18, 24),
        fc.boolean(),
      )
      .map(([axes, keepdims, opset, isNegative]) => {
        const signed = axes?.map((axis) => (isNegative ? axis - shape.length : axis));
        const attributes: Attributes = { keepdims: { int: keepdims } };
        if (signed === undefined) return { opType, opset, attributes };
        return opset < axesAreInputSince
          ? { opType, opset, attributes: { ...attributes, axes: { ints: signed } } }
          : { opType, opset, attributes, rest: [integers(signed)] };
      }),
  );
}

const ofPositive = (cases: fc.Arbitrary<OperatorCase>): fc.Arbitrary<OperatorCase> =>
  cases.map(({ operands: [x, ...rest], ...given }) => ({
    ...given,
    operands: [{ ...x!, data: x!.data.map((each) => Math.abs(each) / 4 + 0.5) }, ...rest],
  }));

const shape = over(anyShape, (sizes) =>
  fc
    .constantFrom<Attributes>({}, { start: { int: 1 } }, { start: { int: -1 }, end: { int: sizes.length } })
    .map((attributes) => ({ opType: 'Shape', opset: 15, attributes })),
);

const range: fc.Arbitrary<OperatorCase> = fc
  .constantFrom([0, 5, 1], [3, -4, -2], [1, 1, 1])
  .map((numbers) => ({
    opType: 'Range',
    opset: 13,
    operands: [{ shape: [1], data: [0] }, ...numbers.map((each) => scalar(each, 'int64'))],
    order: [1, 2, 3],
  }));

const constantOfShape: fc.Arbitrary<OperatorCase> = fc
  .constantFrom<Attributes>({}, { value: { tensor: { shape: [1], data: [2.5] } } })
  .map((attributes) => ({
    opType: 'ConstantOfShape',
    opset: 13,
    operands: [{ shape: [1], data: [0] }, integers([2, 3])],
    order: [1],
    attributes,
  }));

const constant: fc.Arbitrary<OperatorCase> = fc
  .constantFrom<Attributes>(
    { value: { tensor: { shape: [2, 1], data: [1.5, -2] } } },
    { value: { tensor: { shape: [2], data: [1.5, -2], dtype: 'float64' } } },
    { value_float: { float: 0.5 } },
    { value_int: { int: 7 } },
    { value_floats: { floats: [0.25, 3] } },
    { value_ints: { ints: [4, -5] } },
  )
  .map((attributes) => ({
    opType: 'Constant',
    opset: 13,
    operands: [{ shape: [1], data: [0] }],
    order: [],
    attributes,
  }));

/** Integers and truth values are made of the graph's floats by a cast. */
function ofCast(
  opType: string,
  to: number,
  second?: (shape: readonly number[]) => FileTensor,
): fc.Arbitrary<OperatorCase> {
  return anyShape.chain(distinct).map((x) => ({
    opType,
    opset: 13,
    operands: [
      { ...x, data: x.data.map((each, index) => (index % 3 === 0 ? 0 : Math.trunc(each * 3))) },
      ...(second === undefined ? [] : [second(x.shape)]),
    ],
    firstAs: to,
  }));
}

const truths = (sizes: readonly number[]): FileTensor => ({
  shape: sizes,
  data: Array.from({ length: sizes.reduce((a, b) => a * b, 1) }, (_, index) => index % 2),
  dtype: 'bool',
});

const dropout = over(anyShape, () => opsetFrom(7, 13).map((opset) => ({ opType: 'Dropout', opset })));

export const structureCases: CaseTable = {
  ...Object.fromEntries(
    [
      'ReduceL1',
      'ReduceL2',
      'ReduceMax',
      'ReduceMean',
      'ReduceMin',
      'ReduceSum',
      'ReduceSumSquare',
      'ReduceLogSumExp',
    ].map((opType) => [opType, differentiable(reduction(opType))]),
  ),
  ReduceLogSum: differentiable(ofPositive(reduction('ReduceLogSum'))),
  ReduceProd: differentiable(
    ofPositive(reduction('ReduceProd')).map((each) => ({ ...each, operands: each.operands.slice(0, 2) })),
  ),
  And: forwardOnly(ofCast('And', 9, truths)),
  Concat: differentiable(concat),
  Constant: forwardOnly(constant),
  ConstantOfShape: forwardOnly(constantOfShape),
  DepthToSpace: differentiable(depthToSpace),
  Dropout: differentiable(dropout),
  Expand: differentiable(expand),
  Flatten: differentiable(flatten),
  Gather: differentiable(gather),
  Mod: forwardOnly(ofCast('Mod', 7, () => integers([3]))),
  Not: forwardOnly(ofCast('Not', 9)),
  Or: forwardOnly(ofCast('Or', 9, truths)),
  Pad: differentiable(fc.oneof(pad, padOfAxes)),
  Range: forwardOnly(range),
  Reshape: differentiable(reshape),
  Shape: forwardOnly(shape),
  Size: forwardOnly(over(anyShape, () => fc.constant({ opType: 'Size', opset: 13 }))),
  Slice: differentiable(slice),
  SpaceToDepth: differentiable(spaceToDepth),
  Split: differentiable(fc.oneof(split, unevenSplit)),
  Squeeze: differentiable(squeeze),
  Tile: differentiable(tile),
  Transpose: differentiable(transpose),
  Unsqueeze: differentiable(unsqueeze),
};
