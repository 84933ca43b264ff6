import type { BatchNormOptions, ConvolutionOptions, DepthwiseConvolutionOptions, Layers } from 'kd-core';
import { type Activation, activate } from './activation.ts';

interface UnitOptions {
  /** What follows the batch norm. Default `relu`. */
  readonly activation?: Activation;
  /** How the batch norm starts and what it trains; by default as in PyTorch. */
  readonly norm?: BatchNormOptions;
}

export interface ConvolutionUnitOptions extends ConvolutionOptions, UnitOptions {}

export interface DepthwiseUnitOptions extends DepthwiseConvolutionOptions, UnitOptions {}

/**
 * A convolution, batch norm (Ioffe & Szegedy 2015, arXiv:1502.03167) and an activation, the unit of which most
 * networks are made. A map [height, width, in] to [height', width', `channels`]. Variables: `conv`, `norm` and, for
 * `parametricRelu`, `activation`.
 */
export function convolutionUnit<Value>(
  layers: Layers<Value>,
  x: Value,
  { activation, norm, ...convolution }: ConvolutionUnitOptions,
): Value {
  return normalized(layers, layers.convolution('conv', x, convolution), { activation, norm });
}

/** A depthwise convolution, batch norm and an activation; channels and variables as in `convolutionUnit`. */
export function depthwiseUnit<Value>(
  layers: Layers<Value>,
  x: Value,
  { activation, norm, ...convolution }: DepthwiseUnitOptions,
): Value {
  return normalized(layers, layers.depthwiseConvolution('conv', x, convolution), { activation, norm });
}

function normalized<Value>(
  layers: Layers<Value>,
  x: Value,
  {
    activation = 'relu',
    norm,
  }: { readonly activation: Activation | undefined; readonly norm: BatchNormOptions | undefined },
): Value {
  return activate(layers, 'activation', layers.batchNorm('norm', x, norm), activation);
}
