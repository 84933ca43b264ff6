import { fanInUniform, type NetworkPart, networkPart } from 'kd-core';
import { FACTOR_SLOPE } from './paraphraser.ts';

export interface TranslatorOptions {
  /** [height, width, channels] of the student's feature. */
  readonly inputShape: readonly number[];
  readonly factorChannels: number;
}

/**
 * The student's side of factor transfer (Kim et al., 2018, arXiv:1802.04977, section 3.2): three 3x3 convolutions with bias, each
 * with batch norm and a leaky ReLU; the first leaves the channels as they are.
 */
export function translator({ inputShape, factorChannels }: TranslatorOptions): NetworkPart {
  return networkPart({
    name: 'the translator',
    inputShape,
    network: (layers, feature) =>
      [inputShape[2]!, factorChannels, factorChannels].reduce((x, channels, index) => {
        const convolved = layers.convolution(`convolution${index + 1}`, x, {
          channels,
          kernelSize: 3,
          padding: 1,
          bias: true,
          kernelInitializer: fanInUniform,
          biasInitializer: fanInUniform,
        });
        return layers.leakyRelu(layers.batchNorm(`norm${index + 1}`, convolved), FACTOR_SLOPE);
      }, feature),
  });
}
