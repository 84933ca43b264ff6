import type { Layers } from 'kd-core';
import type { Activation } from './activation.ts';
import { convolutionUnit, depthwiseUnit } from './convolution-unit.ts';
import { samePadding } from './same-padding.ts';

export interface DepthwiseSeparableOptions {
  /** Channels out. */
  readonly channels: number;
  /** Of the depthwise convolution. Default 1. */
  readonly stride?: number;
  /** Side of the depthwise kernel, odd. Default 3. */
  readonly kernelSize?: number;
  /** What follows both batch norms. Default `relu`. */
  readonly activation?: Activation;
  /** What follows the second batch norm, where it is something else: `none` for what comes before its activation. */
  readonly outputActivation?: Activation;
}

/**
 * A convolution in two steps, each with batch norm and an activation: one of each channel by itself, `depthwise`, and a
 * 1x1 one across them, `pointwise` (Howard et al. 2017, arXiv:1704.04861, fig. 3). The map keeps its sides but for the
 * stride. Throws `INVALID_ARGUMENT` for an even kernel.
 */
export function depthwiseSeparable<Value>(
  layers: Layers<Value>,
  x: Value,
  {
    channels,
    stride = 1,
    kernelSize = 3,
    activation = 'relu',
    outputActivation = activation,
  }: DepthwiseSeparableOptions,
): Value {
  const padding = samePadding('depthwiseSeparable', kernelSize);
  const depthwise = { kernelSize, stride, padding, activation };
  const filtered = depthwiseUnit(layers.scope('depthwise'), x, depthwise);
  const across = { channels, kernelSize: 1, activation: outputActivation };
  return convolutionUnit(layers.scope('pointwise'), filtered, across);
}
