import { KdError, type Layers, type NetworkPart, networkPart } from 'kd-core';

/** From a map in the middle of a network to the vector that its class is read from, and on to the logits. */
export interface ShallowExit {
  /** [height, width, channels] to [channels] of the last map. */
  readonly bottleneck: NetworkPart;
  /** To [classes]. */
  readonly classifier: NetworkPart;
}

/**
 * An exit as in the re-implementation of "be your own teacher" that is widely used: a bottleneck of 1x1, kxk with stride k, and
 * 1x1 convolutions, each with batch norm and ReLU, where k is how often the last map goes into this one, a global mean, and a
 * linear layer. The biases of its convolutions, which batch norm takes away, are left out.
 * Throws `SHAPE_MISMATCH` for shapes that are no maps, and where the last map is larger or of another form.
 */
export function shallowExit({
  tap,
  shape,
  lastTap,
  lastShape,
  classes,
}: {
  readonly tap: string;
  /** Of the map that it reads. */
  readonly shape: readonly number[];
  readonly lastTap: string;
  readonly lastShape: readonly number[];
  readonly classes: number;
}): ShallowExit {
  const kernelSize = Math.floor(shape[0]! / lastShape[0]!);
  const fits =
    shape.length === 3 &&
    lastShape.length === 3 &&
    kernelSize >= 1 &&
    Math.floor(shape[1]! / kernelSize) === lastShape[1] &&
    Math.floor(shape[0]! / kernelSize) === lastShape[0];
  if (!fits) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `An exit needs maps [height, width, channels] that the last one goes into, but the tap '${tap}' of the student has shape [${shape.join(', ')}] and the last one, '${lastTap}', [${lastShape.join(', ')}].`,
    );
  }
  const channels = lastShape[2]!;
  const middle = Math.max(1, Math.floor(channels / 4));
  return {
    bottleneck: networkPart({
      name: `the bottleneck of the exit at '${tap}'`,
      inputShape: shape,
      network: <Value>(layers: Layers<Value>, x: Value): Value => {
        const step = (name: string, input: Value, width: number, size: number): Value => {
          const convolved = layers.convolution(`${name}/convolution`, input, {
            channels: width,
            kernelSize: size,
            stride: size,
          });
          return layers.relu(layers.batchNorm(`${name}/norm`, convolved));
        };
        const narrowed = step('narrow', x, middle, 1);
        const shrunk = step('shrink', narrowed, middle, kernelSize);
        return layers.globalAveragePool(step('widen', shrunk, channels, 1));
      },
    }),
    classifier: networkPart({
      name: `the classifier of the exit at '${tap}'`,
      inputShape: [channels],
      network: <Value>(layers: Layers<Value>, x: Value): Value => layers.dense('dense', x, classes),
    }),
  };
}
