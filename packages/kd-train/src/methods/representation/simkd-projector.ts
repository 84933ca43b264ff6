import {
  fanInUniform,
  KdError,
  type Layers,
  lowerSize,
  type NetworkPart,
  networkPart,
  requireArgument,
} from 'kd-core';

export interface SimkdProjectorOptions {
  /** [height, width, channels] of the student's map. */
  readonly studentShape: readonly number[];
  /** [height, width, channels] of the teacher's map. */
  readonly teacherShape: readonly number[];
  /** By how much the channels in between are fewer than the teacher's. */
  readonly factor: number;
}

export interface SimkdProjector {
  /** [height, width] that both maps are pooled to: that of the lower one. */
  readonly size: readonly [height: number, width: number];
  /** From the pooled student's map to the teacher's channels. */
  readonly part: NetworkPart;
  /** The same in the vocabulary of layers, for networks that it becomes a part of. */
  network<Value>(layers: Layers<Value>, map: Value): Value;
}

/**
 * The projector of SimKD: 1x1, 3x3 and 1x1 convolutions without biases, each with batch norm and ReLU, to the teacher's
 * channels by way of `floor(channels / factor)`. Convolutions start where PyTorch's do. Variables `reduce/kernel`,
 * `reduce/norm/...`, `mix/...`, `expand/...`.
 * Throws `SHAPE_MISMATCH` for taps that are no maps or of which neither is the lower one, `INVALID_ARGUMENT` for a factor
 * that leaves no channels.
 */
export function simkdProjector({
  studentShape,
  teacherShape,
  factor,
}: SimkdProjectorOptions): SimkdProjector {
  if (studentShape.length !== 3 || teacherShape.length !== 3) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `simkd compares maps [height, width, channels], but the student's tap has shape [${studentShape.join(', ')}] and the teacher's [${teacherShape.join(', ')}]. Choose the maps before the pooling.`,
    );
  }
  const [height, width, channels] = teacherShape as [number, number, number];
  requireArgument(
    Number.isInteger(factor) && factor >= 1 && factor <= channels,
    () => `factor must be an integer from 1 to the teacher's ${channels} channels, got ${factor}.`,
  );
  const size = lowerSize([studentShape[0]!, studentShape[1]!], [height, width]);
  const middle = Math.floor(channels / factor);
  const network = <Value>(layers: Layers<Value>, map: Value): Value => {
    const unit = (name: string, x: Value, outputs: number, kernelSize: number): Value => {
      const kernelInitializer = fanInUniform;
      const padding = (kernelSize - 1) / 2;
      const options = { channels: outputs, kernelSize, padding, kernelInitializer };
      const convolved = layers.convolution(name, x, options);
      return layers.relu(layers.scope(name).batchNorm('norm', convolved));
    };
    return unit('expand', unit('mix', unit('reduce', map, middle, 1), middle, 3), channels, 1);
  };
  const inputShape = [...size, studentShape[2]!];
  return {
    size,
    part: networkPart({ name: 'the projector of simkd', inputShape, network }),
    network,
  };
}
