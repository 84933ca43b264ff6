import { fanInUniform, type Layers, type NetworkPart, networkPart } from 'kd-core';

/** Of the leaky ReLUs of paraphraser and translator. */
export const FACTOR_SLOPE = 0.1;

export interface ParaphraserOptions {
  /** [height, width, channels] of the teacher's feature. */
  readonly inputShape: readonly number[];
  readonly factorChannels: number;
}

/**
 * The autoencoder of factor transfer (Kim et al., 2018, arXiv:1802.04977, section 3.1): three 3x3 convolutions to the factor,
 * the tap `factor`, and three transposed ones back, each with bias and followed by a leaky ReLU, without batch norm. Variables
 * `encoder/...` and `decoder/...`.
 */
export function paraphraser({ inputShape, factorChannels }: ParaphraserOptions): NetworkPart {
  const channels = inputShape[2]!;
  return networkPart({
    name: 'the paraphraser',
    inputShape,
    network(layers, feature) {
      const factor = encode(layers.scope('encoder'), feature, { channels, factorChannels });
      layers.tap('factor', factor);
      return decode(layers.scope('decoder'), factor, { channels, factorChannels });
    },
  });
}

/** The encoder of a paraphraser by itself, whose variables are those below `encoder`. */
export function factorEncoder({ inputShape, factorChannels }: ParaphraserOptions): NetworkPart {
  const channels = inputShape[2]!;
  return networkPart({
    name: 'the encoder of the paraphraser',
    inputShape,
    network: (layers, feature) => encode(layers, feature, { channels, factorChannels }),
  });
}

interface Channels {
  readonly channels: number;
  readonly factorChannels: number;
}

/** A 3x3 convolution that leaves the size, starting where PyTorch's do. */
const SAME_SIZE = {
  kernelSize: 3,
  padding: 1,
  bias: true,
  kernelInitializer: fanInUniform,
  biasInitializer: fanInUniform,
} as const;

function encode<Value>(layers: Layers<Value>, feature: Value, { channels, factorChannels }: Channels): Value {
  return [channels, factorChannels, factorChannels].reduce(
    (x, width, index) =>
      layers.leakyRelu(
        layers.convolution(`convolution${index + 1}`, x, { ...SAME_SIZE, channels: width }),
        FACTOR_SLOPE,
      ),
    feature,
  );
}

function decode<Value>(layers: Layers<Value>, factor: Value, { channels, factorChannels }: Channels): Value {
  return [factorChannels, channels, channels].reduce(
    (x, width, index) =>
      layers.leakyRelu(
        layers.transposedConvolution(`convolution${index + 1}`, x, { ...SAME_SIZE, channels: width }),
        FACTOR_SLOPE,
      ),
    factor,
  );
}
