import { fanInUniform, type NetworkPart, networkPart } from 'kd-core';

export interface VidRegressorOptions {
  /** [height, width, channels] of the student's feature. */
  readonly inputShape: readonly number[];
  readonly hiddenChannels: number;
  /** Those of the teacher's feature. */
  readonly channels: number;
}

/** What predicts the teacher's feature from the student's in VID: three 1x1 convolutions without bias, with ReLUs between. */
export function vidRegressor({ inputShape, hiddenChannels, channels }: VidRegressorOptions): NetworkPart {
  return networkPart({
    name: 'the regressor of VID',
    inputShape,
    kernelInitializer: fanInUniform,
    network(layers, feature) {
      const hidden = { channels: hiddenChannels, kernelSize: 1 };
      const first = layers.relu(layers.convolution('convolution1', feature, hidden));
      const second = layers.relu(layers.convolution('convolution2', first, hidden));
      return layers.convolution('convolution3', second, { channels, kernelSize: 1 });
    },
  });
}
