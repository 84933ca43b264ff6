import type { GraphValue } from '../graph/graph.ts';
import { int } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { materialize, type TracedValue } from '../trace/traced-value.ts';
import { arithmetic } from './arithmetic.ts';

/** Pixels of NHWC images at computed places. */
export interface ImageSampler {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  /**
   * The pixels [..., C] of the images `image` at `rows` and `columns`: float32 whole numbers that broadcast to one
   * shape [...]. Places outside of the image read the pixel nearest to them.
   */
  read(image: GraphValue, rows: GraphValue, columns: GraphValue): GraphValue;
}

export function imageSampler(builder: GraphBuilder, images: TracedValue): ImageSampler {
  const { add, clamp, mul } = arithmetic(builder);
  const [batch, height, width, channels] = images.shape as [number, number, number, number];
  const pixels = builder.reshape(builder.cast(materialize(builder, images), 'float32'), [
    batch * height * width,
    channels,
  ]);
  const within = (index: GraphValue, count: number): GraphValue =>
    builder.cast(clamp(index, 0, count - 1), 'int32');
  return {
    batch,
    height,
    width,
    read(image, rows, columns) {
      const row = add(mul(within(image, batch), height), within(rows, height));
      const pixel = add(mul(row, width), within(columns, width));
      return builder.op(
        'Gather',
        [pixels, pixel],
        { shape: [...pixel.shape, channels], dtype: 'float32' },
        { attributes: { axis: int(0) } },
      );
    },
  };
}

/** `value` with one more axis of size 1, on which the channels of pixels lie. */
export function perPixel(builder: GraphBuilder, value: GraphValue): GraphValue {
  return builder.reshape(value, [...value.shape, 1]);
}
