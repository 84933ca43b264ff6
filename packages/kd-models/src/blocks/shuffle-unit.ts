import { type Layers, requireArgument } from 'kd-core';
import { convolutionUnit, depthwiseUnit } from './convolution-unit.ts';

/** The part of the channels that the depthwise convolution of a unit works on. */
const BOTTLENECK = 1 / 4;

export interface ShuffleUnitOptions {
  /** Channels out, those of the shortcut included. */
  readonly channels: number;
  /** 1 adds the input, which then has `channels` channels; 2 halves the map and joins the pooled input. */
  readonly stride: 1 | 2;
  /** Parts of the channels of the second 1x1 convolution. */
  readonly groups: number;
  /** Parts of the channels of the first 1x1 convolution, which are then shuffled. Default `groups`. */
  readonly inputGroups?: number;
}

/**
 * The unit of ShuffleNet (Zhang et al. 2018, arXiv:1707.01083, fig. 2) up to but without the last ReLU: a grouped 1x1
 * convolution to a quarter of the channels that the convolutions give (rounded down), the channel shuffle, a 3x3
 * depthwise convolution and a grouped 1x1 convolution. A stride of 2 joins the 3x3 means of the input behind
 * the result, padding counted. ReLU also follows the depthwise convolution, as in the reference implementation of
 * Tian et al. 2020 (arXiv:1910.10699) and not in the paper. Variables: `pointwise1`, `depthwise`, `pointwise2`.
 * Throws `INVALID_ARGUMENT` where the shortcut leaves no channels or groups do not divide them.
 */
export function shuffleUnit<Value>(
  layers: Layers<Value>,
  x: Value,
  { channels, stride, groups, inputGroups = groups }: ShuffleUnitOptions,
): Value {
  const convolved = stride === 2 ? channels - layers.channels(x) : channels;
  const bottleneck = Math.floor(convolved * BOTTLENECK);
  requireArgument(
    bottleneck >= 1,
    () =>
      `A shuffle unit of ${channels} channels must leave its convolutions at least 4 beside those of its shortcut, which has ${layers.channels(x)}.`,
  );
  const compression = { channels: bottleneck, kernelSize: 1, groups: inputGroups };
  const compressed = convolutionUnit(layers.scope('pointwise1'), x, compression);
  const shuffled = inputGroups === 1 ? compressed : layers.channelShuffle(compressed, inputGroups);
  const filter = { kernelSize: 3, stride, padding: 1 };
  const filtered = depthwiseUnit(layers.scope('depthwise'), shuffled, filter);
  const expansion = { channels: convolved, kernelSize: 1, groups, activation: 'none' } as const;
  const expanded = convolutionUnit(layers.scope('pointwise2'), filtered, expansion);
  if (stride === 1) return layers.add(expanded, x);
  const shortcut = layers.averagePool(x, { size: 3, stride, padding: 1, countPadding: true });
  return layers.concat([expanded, shortcut]);
}
