import type { Layers } from 'kd-core';

export interface WideBlockOptions {
  readonly channels: number;
  readonly stride: number;
}

export interface WideBlockOutput<Value> {
  /** Batch norm of the block's input, before its ReLU. */
  readonly normalizedInput: Value;
  /** The same after its ReLU. */
  readonly activatedInput: Value;
  /** The sum with the shortcut. Neither normalised nor rectified. */
  readonly sum: Value;
}

/**
 * Two 3x3 convolutions, each behind batch norm and ReLU, around a shortcut (Zagoruyko & Komodakis 2016,
 * arXiv:1605.07146, fig. 1c). Where the channels change, the shortcut is a 1x1 convolution of the normalised and
 * rectified input, without batch norm of its own; elsewhere it is the input itself.
 */
export function wideBlock<Value>(
  layers: Layers<Value>,
  x: Value,
  { channels, stride }: WideBlockOptions,
): WideBlockOutput<Value> {
  const threeByThree = { channels, kernelSize: 3, padding: 1 };
  const normalizedInput = layers.batchNorm('norm1', x);
  const activated = layers.relu(normalizedInput);
  const first = layers.convolution('conv1', activated, { ...threeByThree, stride });
  const second = layers.convolution('conv2', layers.relu(layers.batchNorm('norm2', first)), threeByThree);
  const shortcut =
    layers.channels(x) === channels
      ? x
      : layers.convolution('shortcut', activated, { channels, kernelSize: 1, stride });
  return { normalizedInput, activatedInput: activated, sum: layers.add(second, shortcut) };
}
