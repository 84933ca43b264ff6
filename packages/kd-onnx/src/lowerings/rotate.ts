import { backend_util } from '@tensorflow/tfjs-core';
import { int } from '../graph/graph.ts';
import { materialize, type TracedValue, traced } from '../trace/traced-value.ts';
import { elementwise, elementwiseNode } from './elementwise.ts';
import type { Lowering, LoweringTable } from './lowering.ts';

/** The alpha channel of pixels that no pixel of the image was turned to. */
const OPAQUE = 255;

/** Images turned about a point; each pixel takes the value of the one nearest to where it came from. */
const rotateWithOffset: Lowering = ({ builder, inputs, attributes }) => {
  const image = inputs.image!;
  const { radians, fillValue, center } = attributes as {
    radians: number;
    fillValue: number | [number, number, number];
    center: number | [number, number];
  };
  const [batch, height, width, channels] = image.shape as [number, number, number, number];
  const sources = sourcePixels(height, width, radians, center);
  const pixels = builder.reshape(materialize(builder, image), [batch, height * width, channels]);
  const indices = builder.constant(
    sources.map((source) => Math.max(source, 0)),
    [sources.length],
    'int32',
  );
  const turned = builder.op(
    'Gather',
    [pixels, indices],
    { shape: pixels.shape, dtype: image.dtype },
    { attributes: { axis: int(1) } },
  );
  const isInside = builder.constant(
    Uint8Array.from(sources, (source) => (source < 0 ? 0 : 1)),
    [1, height, width, 1],
    'bool',
  );
  const fills = Array.from({ length: channels }, (_, channel) => {
    if (typeof fillValue === 'number') return fillValue;
    return channel === 3 ? OPAQUE : fillValue[channel]!;
  });
  const data = image.dtype === 'float32' ? Float32Array.from(fills) : Int32Array.from(fills);
  const fill = builder.constant(data, [channels], image.dtype === 'float32' ? 'float32' : 'int32');
  const result: TracedValue = traced(builder.reshape(turned, image.shape));
  return elementwise(builder, [traced(isInside), result, traced(fill)], ([mask, value, other]) =>
    elementwiseNode(builder, 'Where', [mask!, value!, other!], image.dtype),
  );
};

/** For each pixel, the number of the pixel it came from; -1 from outside of the image. */
function sourcePixels(
  height: number,
  width: number,
  radians: number,
  center: number | [number, number],
): Int32Array {
  const [centerX, centerY] = backend_util.getImageCenter(center, height, width);
  const [sine, cosine] = [Math.sin(radians), Math.cos(radians)];
  return Int32Array.from({ length: height * width }, (_, pixel) => {
    const x = (pixel % width) - centerX;
    const y = Math.floor(pixel / width) - centerY;
    const column = Math.round(x * cosine - y * sine + centerX);
    const row = Math.round(x * sine + y * cosine + centerY);
    const isInside = column >= 0 && column < width && row >= 0 && row < height;
    return isInside ? row * width + column : -1;
  });
}

export const rotateLowerings: LoweringTable = { RotateWithOffset: rotateWithOffset };
