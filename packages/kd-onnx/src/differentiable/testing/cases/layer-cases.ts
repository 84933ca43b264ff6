import fc from 'fast-check';
import type { FileAttribute, FileTensor } from '../onnx-file.ts';
import type { OperatorCase } from '../operator-case.ts';
import {
  anyShape,
  broadcastable,
  type CaseTable,
  differentiable,
  distinct,
  integers,
  mapShape,
  opsetFrom,
  positive,
  size,
  weights,
} from './arbitraries.ts';

type Attributes = Record<string, FileAttribute>;

/** A window along one axis. */
interface AxisWindow {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly behind: number;
}

function axisWindow(maxDilation: number): fc.Arbitrary<AxisWindow> {
  return fc
    .record({
      kernel: size(1, 3),
      stride: size(1, 3),
      dilation: size(1, maxDilation),
      before: size(0, 2),
      behind: size(0, 2),
    })
    .map((window) => ({
      ...window,
      // ONNX Runtime refuses pads as large as the window.
      before: Math.min(window.before, window.kernel - 1),
      behind: Math.min(window.behind, window.kernel - 1),
    }));
}

function windowAttributes(
  windows: readonly AxisWindow[],
  autoPad: string,
  hasDilations: boolean,
): Attributes {
  const list = (of: (window: AxisWindow) => number): FileAttribute => ({ ints: windows.map(of) });
  const isExplicit = autoPad === 'NOTSET';
  return {
    kernel_shape: list(({ kernel }) => kernel),
    // ONNX Runtime refuses the negative pads of windows that are smaller than their stride.
    strides: list(({ stride, kernel }) => (isExplicit ? stride : Math.min(stride, kernel))),
    auto_pad: { string: autoPad },
    ...(hasDilations && { dilations: list(({ dilation }) => (isExplicit ? dilation : 1)) }),
    ...(isExplicit && {
      pads: { ints: [...windows.map(({ before }) => before), ...windows.map(({ behind }) => behind)] },
    }),
  };
}

const autoPad = fc.oneof(
  { weight: 3, arbitrary: fc.constant('NOTSET') },
  { weight: 2, arbitrary: fc.constantFrom('SAME_UPPER', 'SAME_LOWER', 'VALID') },
);

/** The groups, channels of a group, filters of a group. */
const grouping = fc.constantFrom([1, 2, 3], [1, 1, 2], [3, 1, 1], [2, 1, 2], [2, 2, 1], [2, 2, 2]);

const bias = (filters: number): fc.Arbitrary<FileTensor | undefined> =>
  fc.option(weights([filters]), { nil: undefined });

function convolution(axes: 1 | 2): fc.Arbitrary<OperatorCase> {
  return fc
    .record({
      groups: grouping,
      windows: fc.array(axisWindow(3), { minLength: axes, maxLength: axes }),
      sizes: fc.array(size(7, 8), { minLength: axes, maxLength: axes }),
      padding: autoPad,
    })
    .chain(({ groups: [groups, perGroup, filters], windows, sizes, padding }) =>
      fc
        .tuple(
          weights([1, groups! * perGroup!, ...sizes]),
          weights([groups! * filters!, perGroup!, ...windows.map(({ kernel }) => kernel)]),
          bias(groups! * filters!),
        )
        .map(
          ([x, kernel, offset]): OperatorCase => ({
            opType: 'Conv',
            opset: 11,
            operands: offset === undefined ? [x, kernel] : [x, kernel, offset],
            attributes: { ...windowAttributes(windows, padding, true), group: { int: groups! } },
          }),
        ),
    );
}

function transposedConvolution(axes: 1 | 2): fc.Arbitrary<OperatorCase> {
  return fc
    .record({
      groups: grouping,
      windows: fc.array(axisWindow(2), { minLength: axes, maxLength: axes }),
      sizes: fc.array(size(3, 4), { minLength: axes, maxLength: axes }),
      extra: size(0, 1),
      padding: autoPad,
    })
    .chain(({ groups: [groups, perGroup, filters], windows, sizes, extra, padding }) =>
      fc
        .tuple(
          weights([1, groups! * perGroup!, ...sizes]),
          weights([groups! * perGroup!, filters!, ...windows.map(({ kernel }) => kernel)]),
          bias(groups! * filters!),
        )
        .map(
          ([x, kernel, offset]): OperatorCase => ({
            opType: 'ConvTranspose',
            opset: 11,
            operands: offset === undefined ? [x, kernel] : [x, kernel, offset],
            attributes: {
              ...windowAttributes(windows, padding, true),
              group: { int: groups! },
              ...(padding === 'NOTSET' && {
                output_padding: { ints: windows.map(({ stride }) => Math.min(extra, stride - 1)) },
              }),
            },
          }),
        ),
    );
}

function pooling(opType: 'AveragePool' | 'MaxPool', axes: 1 | 2): fc.Arbitrary<OperatorCase> {
  return fc
    .record({
      windows: fc.array(axisWindow(1), { minLength: axes, maxLength: axes }),
      x: fc
        .array(size(4, 7), { minLength: axes, maxLength: axes })
        .chain((sizes) => distinct([1, 2, ...sizes])),
      padding: autoPad,
      ceil: size(0, 1),
      countsPads: size(0, 1),
      opset: opsetFrom(10, 19, 24),
    })
    .map(({ windows, x, padding, ceil, countsPads, opset }) => ({
      opType,
      opset,
      operands: [x],
      attributes: {
        ...windowAttributes(windows, padding, false),
        ...(padding === 'NOTSET' && { ceil_mode: { int: ceil } }),
        ...(opType === 'AveragePool' && { count_include_pad: { int: countsPads } }),
      },
    }));
}

function globalPool(opType: string): fc.Arbitrary<OperatorCase> {
  return mapShape.chain(distinct).map((x) => ({ opType, opset: 13, operands: [x] }));
}

/** [batch, channels, ...] of rank 2 to 4. */
const featureShape = fc.tuple(mapShape, size(2, 4)).map(([shape, rank]) => shape.slice(0, rank));

const batchNormalization: fc.Arbitrary<OperatorCase> = featureShape.chain((shape) => {
  const vector = [shape[1]!];
  return fc
    .tuple(
      distinct(shape),
      weights(vector),
      weights(vector),
      weights(vector),
      positive(vector),
      fc.constantFrom<Attributes>({}, { epsilon: { float: 0.01 } }),
      opsetFrom(7, 9, 15, 24),
    )
    .map(([x, scale, offset, mean, variance, attributes, opset]) => ({
      opType: 'BatchNormalization',
      opset,
      operands: [x, scale, offset, mean, variance],
      attributes,
    }));
});

const layerNormalization: fc.Arbitrary<OperatorCase> = mapShape.chain((shape) =>
  size(1, 3).chain((axis) =>
    fc
      .tuple(
        distinct(shape),
        weights(shape.slice(axis)),
        fc.option(weights(shape.slice(axis)), { nil: undefined }),
      )
      .map(([x, scale, offset]) => ({
        opType: 'LayerNormalization',
        opset: 17,
        operands: offset === undefined ? [x, scale] : [x, scale, offset],
        attributes: { axis: { int: axis - shape.length }, epsilon: { float: 0.01 } } as Attributes,
      })),
  ),
);

const instanceNormalization: fc.Arbitrary<OperatorCase> = fc
  .tuple(mapShape, size(3, 4))
  .map(([shape, rank]) => shape.slice(0, rank))
  .chain((shape) => fc.tuple(distinct(shape), weights([shape[1]!]), weights([shape[1]!])))
  .map(([x, scale, offset]) => ({
    opType: 'InstanceNormalization',
    opset: 7,
    operands: [x, scale, offset],
    attributes: { epsilon: { float: 0.01 } } as Attributes,
  }));

const groupNormalization: fc.Arbitrary<OperatorCase> = fc
  .tuple(size(1, 2), size(2, 4), size(2, 4))
  .chain(([batch, height, width]) =>
    fc.tuple(distinct([batch, 4, height, width]), weights([4]), weights([4])),
  )
  .map(([x, scale, offset]) => ({
    opType: 'GroupNormalization',
    opset: 21,
    operands: [x, scale, offset],
    attributes: { num_groups: { int: 2 }, epsilon: { float: 0.01 } } as Attributes,
  }));

const responseNormalization: fc.Arbitrary<OperatorCase> = fc
  .tuple(size(2, 5), fc.constantFrom(1, 3, 5))
  .chain(([channels, window]) =>
    distinct([1, channels, 3, 3]).map((x) => ({
      opType: 'LRN',
      opset: 13,
      operands: [x],
      attributes: {
        size: { int: window },
        alpha: { float: 0.5 },
        beta: { float: 0.75 },
        bias: { float: 2 },
      } as Attributes,
    })),
  );

const lpNormalization: fc.Arbitrary<OperatorCase> = anyShape.chain((shape) =>
  fc.tuple(distinct(shape), size(-1, shape.length - 1), size(1, 2)).map(([x, axis, p]) => ({
    opType: 'LpNormalization',
    opset: 7,
    operands: [x],
    attributes: { axis: { int: axis }, p: { int: p } } as Attributes,
  })),
);

const meanVariance: fc.Arbitrary<OperatorCase> = mapShape.chain((shape) =>
  fc
    .tuple(distinct(shape), fc.constantFrom<Attributes>({}, { axes: { ints: [2, 3] } }))
    .map(([x, attributes]) => ({
      opType: 'MeanVarianceNormalization',
      opset: 13,
      operands: [x],
      attributes,
    })),
);

const gemm: fc.Arbitrary<OperatorCase> = fc
  .record({
    rows: size(1, 3),
    inner: size(1, 4),
    columns: size(1, 4),
    transA: size(0, 1),
    transB: size(0, 1),
    scales: fc.constantFrom([1, 1], [0.5, 2]),
    form: fc.constantFrom('none', 'vector', 'matrix', 'number'),
  })
  .chain(({ rows, inner, columns, transA, transB, scales: [alpha, beta], form }) => {
    const shapes = { none: [], vector: [columns], matrix: [rows, columns], number: [] };
    return fc
      .tuple(
        weights(transA === 1 ? [inner, rows] : [rows, inner]),
        weights(transB === 1 ? [columns, inner] : [inner, columns]),
        weights(shapes[form]),
      )
      .map(([a, b, c]) => ({
        opType: 'Gemm',
        opset: 13,
        operands: form === 'none' ? [a, b] : [a, b, c],
        attributes: {
          alpha: { float: alpha! },
          beta: { float: beta! },
          transA: { int: transA },
          transB: { int: transB },
        } as Attributes,
      }));
  });

/** Leading axes that broadcast in every way, and vectors on either side. */
const matMul: fc.Arbitrary<OperatorCase> = fc
  .record({
    leading: fc.array(size(1, 3), { maxLength: 2 }),
    sizes: fc.tuple(size(1, 3), size(1, 4), size(1, 3)),
    form: fc.constantFrom('matrices', 'row', 'column', 'both'),
  })
  .chain(({ leading, sizes: [rows, inner, columns], form }) =>
    fc
      .tuple(broadcastable(leading), broadcastable(leading))
      .chain(([left, right]) =>
        fc.tuple(
          weights(form === 'row' || form === 'both' ? [inner] : [...left, rows, inner]),
          weights(form === 'column' || form === 'both' ? [inner] : [...right, inner, columns]),
        ),
      ),
  )
  .map((operands) => ({ opType: 'MatMul', opset: 13, operands }));

/** Interpolation by the modes that ONNX Runtime has on two axes; `scales` make no whole sizes. */
const resize: fc.Arbitrary<OperatorCase> = fc
  .record({
    x: fc.tuple(size(2, 4), size(2, 4)).chain(([height, width]) => weights([1, 2, height, width])),
    mode: fc.constantFrom('nearest', 'linear', 'cubic'),
    coordinates: fc.constantFrom('half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric'),
    nearest: fc.constantFrom('round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'),
    factors: fc.constantFrom([2, 2], [2, 3], [0.5, 1], [1.5, 0.8], [1, 2.25]),
    bySizes: fc.boolean(),
    excludesOutside: size(0, 1),
  })
  .map(({ x, mode, coordinates, nearest, factors, bySizes, excludesOutside }) => {
    const sizes = x.shape.map((length, axis) =>
      axis < 2 ? length : Math.max(1, Math.floor(length * factors[axis - 2]!)),
    );
    const none: FileTensor = { shape: [0], data: [] };
    const scales: FileTensor = { shape: [4], data: [1, 1, ...factors] };
    return {
      opType: 'Resize',
      opset: 13,
      operands: bySizes ? [x, none, none, integers(sizes)] : [x, none, scales],
      attributes: {
        mode: { string: mode },
        coordinate_transformation_mode: { string: coordinates },
        nearest_mode: { string: nearest },
        ...(mode === 'cubic' && { exclude_outside: { int: excludesOutside } }),
      } as Attributes,
    };
  });

const resizeOfOldest: fc.Arbitrary<OperatorCase> = fc
  .tuple(
    weights([1, 2, 3, 2]),
    fc.constantFrom('nearest', 'linear'),
    fc.constantFrom([2, 2], [3, 1], [1.5, 2]),
  )
  .map(([x, mode, factors]) => ({
    opType: 'Resize',
    opset: 10,
    operands: [x, { shape: [4], data: [1, 1, ...factors] }],
    attributes: { mode: { string: mode } } as Attributes,
  }));

const upsample: fc.Arbitrary<OperatorCase> = fc
  .tuple(
    weights([1, 2, 3, 2]),
    fc.constantFrom('nearest', 'linear'),
    fc.constantFrom([2, 2], [3, 1]),
    opsetFrom(7, 9),
  )
  .map(([x, mode, factors, opset]) => ({
    opType: 'Upsample',
    opset,
    operands: opset < 9 ? [x] : [x, { shape: [4], data: [1, 1, ...factors] }],
    attributes: {
      mode: { string: mode },
      ...(opset < 9 && { scales: { floats: [1, 1, ...factors] } }),
    } as Attributes,
  }));

export const layerCases: CaseTable = {
  AveragePool: differentiable(fc.oneof(pooling('AveragePool', 2), pooling('AveragePool', 1))),
  BatchNormalization: differentiable(batchNormalization),
  Conv: differentiable(
    fc.oneof({ weight: 4, arbitrary: convolution(2) }, { weight: 1, arbitrary: convolution(1) }),
  ),
  ConvTranspose: differentiable(
    fc.oneof(
      { weight: 4, arbitrary: transposedConvolution(2) },
      { weight: 1, arbitrary: transposedConvolution(1) },
    ),
  ),
  Gemm: differentiable(gemm),
  GlobalAveragePool: differentiable(globalPool('GlobalAveragePool')),
  GlobalMaxPool: differentiable(globalPool('GlobalMaxPool')),
  GroupNormalization: differentiable(groupNormalization),
  InstanceNormalization: differentiable(instanceNormalization),
  LRN: differentiable(responseNormalization),
  LayerNormalization: differentiable(layerNormalization),
  LpNormalization: differentiable(lpNormalization),
  MatMul: differentiable(matMul),
  MaxPool: differentiable(fc.oneof(pooling('MaxPool', 2), pooling('MaxPool', 1))),
  MeanVarianceNormalization: differentiable(meanVariance),
  Resize: differentiable(fc.oneof(resize, resizeOfOldest)),
  Upsample: differentiable(upsample),
};
