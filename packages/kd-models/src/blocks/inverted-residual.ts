import { type Layers, requireArgument } from 'kd-core';
import type { Activation } from './activation.ts';
import { convolutionUnit, depthwiseUnit } from './convolution-unit.ts';
import { samePadding } from './same-padding.ts';

export interface InvertedResidualOptions {
  /** Channels out. */
  readonly channels: number;
  /** The depthwise convolution has this many times the channels in, rounded. At least 1. */
  readonly expansion: number;
  /** Of the depthwise convolution. Default 1. */
  readonly stride?: number;
  /** Side of the depthwise kernel, odd. Default 3. */
  readonly kernelSize?: number;
  /** What follows the first two batch norms; the third is linear. Default `relu6`, as in the paper. */
  readonly activation?: Activation;
  /**
   * Whether the 1x1 convolution that expands is there even when `expansion` is 1. Default false, as in the
   * authors' network; the one of Tian et al. 2020 (arXiv:1910.10699) has it.
   */
  readonly alwaysExpand?: boolean;
}

/**
 * The inverted residual with a linear bottleneck (Sandler et al. 2018, arXiv:1801.04381, table 1 and fig. 4): a 1x1
 * `expansion`, a `depthwise` convolution and a linear 1x1 `projection`, each with batch norm, and the input added where it
 * has the shape of the output. Throws `INVALID_ARGUMENT` for an expansion below 1 or an even kernel.
 */
export function invertedResidual<Value>(
  layers: Layers<Value>,
  x: Value,
  {
    channels,
    expansion,
    stride = 1,
    kernelSize = 3,
    activation = 'relu6',
    alwaysExpand = false,
  }: InvertedResidualOptions,
): Value {
  requireArgument(
    Number.isFinite(expansion) && expansion >= 1,
    () => `invertedResidual expansion must be at least 1, got ${expansion}.`,
  );
  const padding = samePadding('invertedResidual', kernelSize);
  const expanded = { channels: Math.round(layers.channels(x) * expansion), kernelSize: 1, activation };
  const wide = expansion === 1 && !alwaysExpand ? x : convolutionUnit(layers.scope('expansion'), x, expanded);
  const filtered = depthwiseUnit(layers.scope('depthwise'), wide, {
    kernelSize,
    stride,
    padding,
    activation,
  });
  const linear = { channels, kernelSize: 1, activation: 'none' } as const;
  const projected = convolutionUnit(layers.scope('projection'), filtered, linear);
  const sameShape = stride === 1 && layers.channels(x) === channels;
  return sameShape ? layers.add(projected, x) : projected;
}
