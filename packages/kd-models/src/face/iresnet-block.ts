import type { Initializer, Layers } from 'kd-core';
import { convolutionUnit } from '../blocks/convolution-unit.ts';
import { squeezeAndExcitation } from '../blocks/squeeze-and-excitation.ts';

export interface IresnetBlockOptions {
  readonly channels: number;
  /** Of the second convolution and of the shortcut. */
  readonly stride: number;
  /** Whether the channels are weighed before the sum. */
  readonly squeezeExcitation: boolean;
}

const EXCITATION: Initializer = { kind: 'normal', standardDeviation: 0.1 };

/**
 * Batch norm, 3x3 convolution, batch norm, PReLU, strided 3x3 convolution and batch norm around a shortcut; nothing
 * follows the sum (Deng et al. 2019, arXiv:1801.07698, section 3.1). The shortcut is a strided 1x1 convolution with
 * batch norm where the shapes differ, and the identity elsewhere.
 */
export function iresnetBlock<Value>(
  layers: Layers<Value>,
  x: Value,
  { channels, stride, squeezeExcitation }: IresnetBlockOptions,
): Value {
  const threeByThree = { channels, kernelSize: 3, padding: 1 };
  const first = layers.convolution('conv1', layers.batchNorm('norm1', x), threeByThree);
  const activated = layers.parametricRelu('activation', layers.batchNorm('norm2', first));
  const second = layers.convolution('conv2', activated, { ...threeByThree, stride });
  const normalized = layers.batchNorm('norm3', second);
  const weighed = squeezeExcitation
    ? squeezeAndExcitation(layers.scope('excitation'), normalized, {
        bias: false,
        kernelInitializer: EXCITATION,
      })
    : normalized;
  const sameShape = stride === 1 && layers.channels(x) === channels;
  const shortcut = { channels, kernelSize: 1, stride, activation: 'none' } as const;
  return layers.add(weighed, sameShape ? x : convolutionUnit(layers.scope('downsample'), x, shortcut));
}
