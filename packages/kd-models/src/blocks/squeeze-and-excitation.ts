import { type Initializer, type Layers, requireArgument } from 'kd-core';
import { type Activation, activate } from './activation.ts';

export interface SqueezeAndExcitationOptions {
  /** The hidden layer has the channels divided by this, rounded down and at least 1. Default 16. */
  readonly reduction?: number;
  /** What follows the hidden layer. Default `relu`. */
  readonly activation?: Activation;
  /** Whether both layers have biases. Default true. */
  readonly bias?: boolean;
  /** Where both kernels start; by default as dense layers do. */
  readonly kernelInitializer?: Initializer;
}

/**
 * Weighs the channels of a map by what all of it shows (Hu et al. 2018, arXiv:1709.01507, eq. 2 to 4): the means of its
 * channels pass a hidden layer, `squeeze`, and a sigmoid layer, `excitation`, whose outputs in (0, 1) multiply the
 * channels. The shape stays. Throws `INVALID_ARGUMENT` for a reduction below 1.
 */
export function squeezeAndExcitation<Value>(
  layers: Layers<Value>,
  x: Value,
  { reduction = 16, activation = 'relu', bias = true, kernelInitializer }: SqueezeAndExcitationOptions = {},
): Value {
  requireArgument(
    Number.isFinite(reduction) && reduction >= 1,
    () => `squeezeAndExcitation reduction must be at least 1, got ${reduction}.`,
  );
  const channels = layers.channels(x);
  const hiddenUnits = Math.max(1, Math.floor(channels / reduction));
  const dense = { bias, ...(kernelInitializer !== undefined && { kernelInitializer }) };
  const squeezed = layers.dense('squeeze', layers.globalAveragePool(x), hiddenUnits, dense);
  const hidden = activate(layers, 'activation', squeezed, activation);
  return layers.scaleChannels(x, layers.sigmoid(layers.dense('excitation', hidden, channels, dense)));
}
