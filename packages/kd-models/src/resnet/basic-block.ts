import type { Layers } from '../network/layers.ts';

export interface BasicBlockOptions {
  readonly channels: number;
  readonly stride: number;
}

/**
 * Two 3x3 convolutions with batch norm around a shortcut, up to but without the last ReLU (He et al. 2016,
 * arXiv:1512.03385, fig. 2). The shortcut is a strided 1x1 convolution with batch norm ('option B') where the
 * shapes differ, and the identity elsewhere.
 */
export function basicBlock<Value>(
  layers: Layers<Value>,
  x: Value,
  { channels, stride }: BasicBlockOptions,
): Value {
  const threeByThree = { channels, kernelSize: 3, padding: 1 };
  const first = layers.convolution('conv1', x, { ...threeByThree, stride });
  const activated = layers.relu(layers.batchNorm('norm1', first));
  const second = layers.batchNorm('norm2', layers.convolution('conv2', activated, threeByThree));
  const sameShape = stride === 1 && layers.channels(x) === channels;
  return layers.add(second, sameShape ? x : downsample(layers.scope('downsample'), x, { channels, stride }));
}

function downsample<Value>(layers: Layers<Value>, x: Value, { channels, stride }: BasicBlockOptions): Value {
  return layers.batchNorm('norm', layers.convolution('conv', x, { channels, kernelSize: 1, stride }));
}
