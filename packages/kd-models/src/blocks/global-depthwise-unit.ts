import type { Layers } from 'kd-core';
import { depthwiseUnit } from './convolution-unit.ts';

/**
 * A linear depthwise convolution as large as the map, with batch norm: [height, width, channels] to [1, 1, channels].
 * It stands for the global mean in face networks, as the middle of a face tells more than its corners (Chen et al.
 * 2018, arXiv:1804.07573, section 3.2). Variables as in `depthwiseUnit`.
 */
export function globalDepthwiseUnit<Value>(layers: Layers<Value>, x: Value): Value {
  const [height, width] = layers.shape(x) as readonly [number, number, number];
  return depthwiseUnit(layers, x, { kernelSize: [height, width], activation: 'none' });
}
