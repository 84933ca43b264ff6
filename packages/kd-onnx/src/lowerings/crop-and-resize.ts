import type { GraphValue } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { materialize, type TracedValue, traced } from '../trace/traced-value.ts';
import { arithmetic } from './arithmetic.ts';
import { imageSampler, perPixel } from './image-sampler.ts';
import type { Lowering, LoweringTable } from './lowering.ts';

/**
 * Boxes [y1, x1, y2, x2] of images, in fractions of their size, resized to one size. Places outside of the image give
 * `extrapolationValue`, boxes of images that do not exist give 0.
 */
const cropAndResize: Lowering = ({ builder, inputs, attributes }) => {
  const { image, boxes, boxInd } = inputs as Record<'image' | 'boxes' | 'boxInd', TracedValue>;
  const { cropSize, method, extrapolationValue } = attributes as {
    cropSize: [number, number];
    method: 'bilinear' | 'nearest';
    extrapolationValue: number;
  };
  const { add, and, floor, less, lessOrEqual, mul, sub, ceil, where } = arithmetic(builder);
  const images = imageSampler(builder, image);
  const count = boxes.shape[0]!;
  const corners = builder.cast(materialize(builder, boxes), 'float32');
  const owner = builder.reshape(builder.cast(materialize(builder, boxInd), 'float32'), [count, 1, 1]);
  const y = builder.reshape(places(builder, corners, 0, images.height, cropSize[0]), [count, cropSize[0], 1]);
  const x = builder.reshape(places(builder, corners, 1, images.width, cropSize[1]), [count, 1, cropSize[1]]);

  const pixels = (): GraphValue => {
    if (method === 'nearest') return images.read(owner, floor(add(y, 0.5)), floor(add(x, 0.5)));
    const alongRow = (row: GraphValue): GraphValue => {
      const left = images.read(owner, row, floor(x));
      const right = images.read(owner, row, ceil(x));
      return add(left, mul(sub(right, left), perPixel(builder, sub(x, floor(x)))));
    };
    const top = alongRow(floor(y));
    return add(top, mul(sub(alongRow(ceil(y)), top), perPixel(builder, sub(y, floor(y)))));
  };
  const within = (place: GraphValue, size: number): GraphValue =>
    and(lessOrEqual(0, place), lessOrEqual(place, size - 1));
  const isInside = and(within(y, images.height), within(x, images.width));
  const known = where(perPixel(builder, isInside), pixels(), extrapolationValue);
  return traced(where(perPixel(builder, less(owner, images.batch)), known, 0));
};

/** The places [boxes, steps] along one axis of the image, evenly from one side of each box to the other. */
function places(
  builder: GraphBuilder,
  corners: GraphValue,
  axis: number,
  size: number,
  steps: number,
): GraphValue {
  const { add, mul } = arithmetic(builder);
  const side = (column: number): GraphValue => {
    const ends = [builder.int64([column]), builder.int64([column + 1]), builder.int64([1])];
    const fraction = builder.op('Slice', [corners, ...ends], {
      shape: [corners.shape[0]!, 1],
      dtype: 'float32',
    });
    return mul(fraction, size - 1);
  };
  // Both ends are exact this way, so that a box of the whole image does not leave it by a rounding error.
  const shares = Float32Array.from({ length: steps }, (_, step) => (steps > 1 ? step / (steps - 1) : 0.5));
  const share = (values: Float32Array): GraphValue => builder.constant(values, [1, steps], 'float32');
  return add(mul(side(axis), share(shares.map((each) => 1 - each))), mul(side(axis + 2), share(shares)));
}

export const cropAndResizeLowerings: LoweringTable = { CropAndResize: cropAndResize };
