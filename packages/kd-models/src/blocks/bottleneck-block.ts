import type { Layers } from 'kd-core';
import type { ResidualBlockOptions } from './basic-block.ts';
import { shortcut } from './shortcut.ts';

/** How many channels a bottleneck block gives for one of its 3x3 convolution. */
export const BOTTLENECK_EXPANSION = 4;

/**
 * A 1x1 convolution to `channels`, a 3x3 one among them and a 1x1 one to 4 times as many, each with batch norm, around a
 * shortcut, up to but without the last ReLU (He et al. 2016, arXiv:1512.03385, fig. 5 right). The stride is that of the
 * 3x3 convolution, as in torchvision and RepDistiller, where the paper has it in the first. Variables: `conv1`, `norm1` to
 * `conv3`, `norm3`, and those of the shortcut.
 */
export function bottleneckBlock<Value>(
  layers: Layers<Value>,
  x: Value,
  { channels, stride, shortcut: kind = 'projection' }: ResidualBlockOptions,
): Value {
  const channelsOut = channels * BOTTLENECK_EXPANSION;
  const reduced = layers.convolution('conv1', x, { channels, kernelSize: 1 });
  const first = layers.relu(layers.batchNorm('norm1', reduced));
  const filtered = layers.convolution('conv2', first, { channels, kernelSize: 3, padding: 1, stride });
  const second = layers.relu(layers.batchNorm('norm2', filtered));
  const restored = layers.convolution('conv3', second, { channels: channelsOut, kernelSize: 1 });
  const third = layers.batchNorm('norm3', restored);
  return layers.add(third, shortcut(layers, x, { channels: channelsOut, stride, shortcut: kind }));
}
