import type { GraphValue } from '../graph/graph.ts';
import { int } from '../graph/graph.ts';
import { type GraphBuilder, sameShape } from '../graph/graph-builder.ts';
import { materialize, type TracedValue, traced } from '../trace/traced-value.ts';
import { elementwiseNode } from './elementwise.ts';
import type { KernelCall, Lowering, LoweringTable } from './lowering.ts';
import { interpolation, nearestPixels, type ResizeSettings } from './resize-pixels.ts';
import { scatterAddRows } from './scatter-add.ts';

/** Layouts in which the rows, and the columns, of images come first. */
const ROWS_FIRST = [1, 0, 2, 3] as const;
const COLUMNS_FIRST = [2, 1, 0, 3] as const;

/** Sums the slices of `gradient` [to, ...] into [from, ...]. */
type Adjoint = (
  builder: GraphBuilder,
  gradient: GraphValue,
  from: number,
  settings: ResizeSettings,
) => GraphValue;

/** Resizing treats rows and columns one after the other, so its adjoint does. */
function resizeGradient(adjoint: Adjoint): Lowering {
  return ({ builder, inputs, attributes }: KernelCall) => {
    const { images, dy } = inputs as Record<'images' | 'dy', TracedValue>;
    const settings = {
      alignCorners: attributes.alignCorners === true,
      halfPixelCenters: attributes.halfPixelCenters === true,
    };
    const [batch, height, width, channels] = images.shape as [number, number, number, number];
    const rows = adjoint(builder, materialize(builder, dy, ROWS_FIRST), height, settings);
    const dyWidth = dy.shape[2]!;
    const image = traced(rows, [batch, height, dyWidth, channels], ROWS_FIRST);
    const whole = adjoint(builder, materialize(builder, image, COLUMNS_FIRST), width, settings);
    return traced(whole, images.shape, COLUMNS_FIRST);
  };
}

/** Each slice goes to the one that it was taken from. */
const ofNearest: Adjoint = (builder, gradient, from, settings) => {
  const pixels = nearestPixels(from, gradient.shape[0]!, settings);
  return scatterAddRows(builder, builder.constant(pixels, [pixels.length], 'int32'), gradient, from);
};

/** Each slice goes to its two neighbours, in shares by its distance from them. */
const ofBilinear: Adjoint = (builder, gradient, from, settings) => {
  const count = gradient.shape[0]!;
  const { low, high, weight } = interpolation(from, count, settings);
  if (sameShape(Array.from(low), Array.from(high))) {
    return scatterAddRows(builder, builder.constant(low, [count], 'int32'), gradient, from);
  }
  const shares = [weight.map((each) => 1 - each), weight].map((factors) =>
    elementwiseNode(builder, 'Mul', [gradient, builder.constant(factors, [count, 1, 1, 1], 'float32')]),
  );
  const both = builder.op(
    'Concat',
    shares,
    { shape: [2 * count, ...gradient.shape.slice(1)], dtype: 'float32' },
    { attributes: { axis: int(0) } },
  );
  const targets = builder.constant(Int32Array.of(...low, ...high), [2 * count], 'int32');
  return scatterAddRows(builder, targets, both, from);
};

export const resizeGradientLowerings: LoweringTable = {
  ResizeBilinearGrad: resizeGradient(ofBilinear),
  ResizeNearestNeighborGrad: resizeGradient(ofNearest),
};
