import { depthwiseUnit } from '../blocks/convolution-unit.ts';
import type { Layers } from '../network/layers.ts';

/**
 * A linear depthwise convolution as large as the map, with batch norm: [height, width, channels] to [1, 1, channels].
 * In place of the global mean, as the middle of a face tells more than its corners (Chen et al. 2018,
 * arXiv:1804.07573, section 3.2).
 */
export function gatherPlaces<Value>(layers: Layers<Value>, x: Value): Value {
  const [height, width] = layers.shape(x) as readonly [number, number, number];
  return depthwiseUnit(layers, x, { kernelSize: [height, width], activation: 'none' });
}
