import { type Layers, requireArgument } from 'kd-core';
import { convolutionUnit, depthwiseUnit } from './convolution-unit.ts';

const BRANCHES = 2;
const FILTER = { kernelSize: 3, padding: 1, activation: 'none' } as const;

export interface SplitShuffleUnitOutput<Value> {
  /** Both halves, shuffled. */
  readonly output: Value;
  /** The half of the input that passes unchanged. */
  readonly kept: Value;
  /** The other half before its last ReLU. */
  readonly preactivation: Value;
}

/**
 * The unit of ShuffleNetV2 that keeps the shape (Ma et al. 2018, arXiv:1807.11164, fig. 3c): half of the channels pass
 * unchanged, the others a 1x1, a 3x3 depthwise and a 1x1 convolution; then the halves are shuffled. Variables:
 * `pointwise1`, `depthwise`, `pointwise2`. Throws `INVALID_ARGUMENT` for an odd number of channels.
 */
export function splitShuffleUnit<Value>(layers: Layers<Value>, x: Value): SplitShuffleUnitOutput<Value> {
  const half = halfOf(layers.channels(x));
  const kept = layers.sliceChannels(x, 0, half);
  const other = layers.sliceChannels(x, half, half);
  const wide = convolutionUnit(layers.scope('pointwise1'), other, { channels: half, kernelSize: 1 });
  const filtered = depthwiseUnit(layers.scope('depthwise'), wide, FILTER);
  const linear = { channels: half, kernelSize: 1, activation: 'none' } as const;
  const preactivation = convolutionUnit(layers.scope('pointwise2'), filtered, linear);
  const joined = layers.concat([kept, layers.relu(preactivation)]);
  return { output: layers.channelShuffle(joined, BRANCHES), kept, preactivation };
}

/**
 * The unit of ShuffleNetV2 that halves the map (Ma et al. 2018, arXiv:1807.11164, fig. 3d): two branches over the whole
 * input, each of which gives half of the `channels`, shuffled. Variables: `left/depthwise`, `left/pointwise`,
 * `right/pointwise1`, `right/depthwise`, `right/pointwise2`. Throws `INVALID_ARGUMENT` for an odd number of channels.
 */
export function splitShuffleDownsampling<Value>(layers: Layers<Value>, x: Value, channels: number): Value {
  const pointwise = { channels: halfOf(channels), kernelSize: 1 };
  const strided = { ...FILTER, stride: 2 };
  const left = layers.scope('left');
  const leftFiltered = depthwiseUnit(left.scope('depthwise'), x, strided);
  const leftOutput = convolutionUnit(left.scope('pointwise'), leftFiltered, pointwise);
  const right = layers.scope('right');
  const wide = convolutionUnit(right.scope('pointwise1'), x, pointwise);
  const rightFiltered = depthwiseUnit(right.scope('depthwise'), wide, strided);
  const rightOutput = convolutionUnit(right.scope('pointwise2'), rightFiltered, pointwise);
  return layers.channelShuffle(layers.concat([leftOutput, rightOutput]), BRANCHES);
}

function halfOf(channels: number): number {
  requireArgument(
    Number.isInteger(channels) && channels >= 2 && channels % BRANCHES === 0,
    () =>
      `A unit that splits its channels in halves must have an even number of them, at least 2, got ${channels}.`,
  );
  return channels / BRANCHES;
}
