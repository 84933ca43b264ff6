import type { Layers } from 'kd-core';
import { type Shortcut, shortcut } from './shortcut.ts';

export interface ResidualBlockOptions {
  /** Channels of the 3x3 convolutions. */
  readonly channels: number;
  readonly stride: number;
  /** How the shortcut reaches another shape. Default `projection`. */
  readonly shortcut?: Shortcut;
}

/**
 * Two 3x3 convolutions with batch norm around a shortcut, up to but without the last ReLU (He et al. 2016,
 * arXiv:1512.03385, fig. 5 left). A map [height, width, in] to [height / stride, width / stride, `channels`], sides
 * rounded up. Variables: `conv1`, `norm1`, `conv2`, `norm2`, and those of the shortcut.
 */
export function basicBlock<Value>(
  layers: Layers<Value>,
  x: Value,
  { channels, stride, shortcut: kind = 'projection' }: ResidualBlockOptions,
): Value {
  const threeByThree = { channels, kernelSize: 3, padding: 1 };
  const first = layers.convolution('conv1', x, { ...threeByThree, stride });
  const activated = layers.relu(layers.batchNorm('norm1', first));
  const second = layers.batchNorm('norm2', layers.convolution('conv2', activated, threeByThree));
  return layers.add(second, shortcut(layers, x, { channels, stride, shortcut: kind }));
}
