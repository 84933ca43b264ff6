import type { GraphValue } from '../graph/graph.ts';
import { int, text } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { materialize, NCHW, type TracedValue, traced } from '../trace/traced-value.ts';
import type { KernelCall, Lowering, LoweringTable } from './lowering.ts';
import { nearestPixels, type ResizeSettings } from './resize-pixels.ts';

function settingsOf({ attributes }: KernelCall): ResizeSettings {
  const { alignCorners, halfPixelCenters } = attributes;
  return { alignCorners: alignCorners === true, halfPixelCenters: halfPixelCenters === true };
}

function coordinateMode({ alignCorners, halfPixelCenters }: ResizeSettings): string {
  if (alignCorners) return 'align_corners';
  return halfPixelCenters ? 'half_pixel' : 'asymmetric';
}

const resizeBilinear: Lowering = (call) => {
  const { builder, inputs, attributes } = call;
  const images = inputs.images!;
  const [batch, , , channels] = images.shape as [number, number, number, number];
  const [height, width] = attributes.size as [number, number];
  const source = builder.cast(materialize(builder, images, NCHW), 'float32');
  // The runtime moves transposes past this operator, whose rows and columns must stay last: a reshape stops them.
  const joined = batch === 1 ? [channels, 1] : [1, batch * channels];
  const planes = builder.reshape(source, [...joined, images.shape[1]!, images.shape[2]!]);
  const shape = [...joined, height, width];
  const none = builder.constant(new Float32Array(0), [0], 'float32');
  const result = builder.op(
    'Resize',
    [planes, none, none, builder.int64(shape)],
    { shape, dtype: 'float32' },
    {
      attributes: {
        mode: text('linear'),
        coordinate_transformation_mode: text(coordinateMode(settingsOf(call))),
      },
    },
  );
  const whole = builder.reshape(result, [batch, channels, height, width]);
  return traced(whole, [batch, height, width, channels], NCHW);
};

/** Rows, then columns, taken by an index, so that which pixel is nearest is decided in full precision. */
const resizeNearest: Lowering = (call) => {
  const { builder, inputs, attributes } = call;
  const images = inputs.images!;
  const size = attributes.size as [number, number];
  const settings = settingsOf(call);
  return [1, 2].reduce(
    (image, axis) =>
      gatherAlong(builder, image, axis, nearestPixels(images.shape[axis]!, size[axis - 1]!, settings)),
    images,
  );
};

/** `image` with the slices `indices` of one axis. */
function gatherAlong(
  builder: GraphBuilder,
  image: TracedValue,
  axis: number,
  indices: Int32Array,
): TracedValue {
  const position = image.layout.indexOf(axis);
  const graph: GraphValue = materialize(builder, image, image.layout);
  const result = builder.op(
    'Gather',
    [graph, builder.constant(indices, [indices.length], 'int32')],
    { shape: graph.shape.with(position, indices.length), dtype: graph.dtype },
    { attributes: { axis: int(position) } },
  );
  return traced(result, image.shape.with(axis, indices.length), image.layout);
}

export const resizeLowerings: LoweringTable = {
  ResizeBilinear: resizeBilinear,
  ResizeNearestNeighbor: resizeNearest,
};
