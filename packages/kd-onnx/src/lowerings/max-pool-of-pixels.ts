import type { GraphValue } from '../graph/graph.ts';
import { int } from '../graph/graph.ts';
import { type GraphBuilder, sameShape } from '../graph/graph-builder.ts';
import { HWNC, type TracedValue, traced } from '../trace/traced-value.ts';
import type { SpatialWindow } from './spatial-window.ts';

/**
 * Max pooling of a map whose pixels are its leading axes, over windows that tile it: the maximum of whole rows, then
 * of whole pixels. Undefined for other layouts and windows.
 */
export function maxPoolOfPixels(
  builder: GraphBuilder,
  x: TracedValue,
  { filterSize, strides, inSize, outSize, batchSize }: SpatialWindow,
): TracedValue | undefined {
  const tiles = filterSize.every(
    (size, axis) => size === strides[axis] && size * outSize[axis]! === inSize[axis],
  );
  if (!tiles || x.dtype !== 'float32' || !sameShape(x.layout, HWNC)) return undefined;
  const [height, width] = outSize as [number, number];
  const channels = x.shape[3]!;
  const maximum = (map: GraphValue, shape: readonly [number, number, number]): GraphValue =>
    builder.op(
      'ReduceMax',
      [builder.reshape(map, shape), builder.int64([1])],
      { shape: [shape[0], shape[2]], dtype: 'float32' },
      { attributes: { keepdims: int(0) } },
    );
  const pixel = batchSize * channels;
  const rows = maximum(x.graph, [height, filterSize[0]!, inSize[1]! * pixel]);
  const pixels = maximum(rows, [height * width, filterSize[1]!, pixel]);
  const shape = [batchSize, height, width, channels];
  return traced(builder.reshape(pixels, [height, width, batchSize, channels]), shape, HWNC);
}
