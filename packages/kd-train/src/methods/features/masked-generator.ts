import { fanInUniform, type NetworkPart, networkPart } from 'kd-core';

/** What makes the teacher's map of a masked one in MGD: two 3x3 convolutions with bias, with a ReLU between. */
export function maskedGenerator(shape: readonly number[]): NetworkPart {
  const options = {
    channels: shape[2]!,
    kernelSize: 3,
    padding: 1,
    bias: true,
    kernelInitializer: fanInUniform,
    biasInitializer: fanInUniform,
  };
  return networkPart({
    name: 'the generator of MGD',
    inputShape: shape,
    network: (layers, feature) =>
      layers.convolution(
        'convolution2',
        layers.relu(layers.convolution('convolution1', feature, options)),
        options,
      ),
  });
}

/** What brings the student's map to the teacher's channels: a 1x1 convolution with bias. */
export function channelAlignment(inputShape: readonly number[], channels: number): NetworkPart {
  return networkPart({
    name: 'the alignment of MGD',
    inputShape,
    network: (layers, feature) =>
      layers.convolution('convolution', feature, {
        channels,
        kernelSize: 1,
        bias: true,
        kernelInitializer: fanInUniform,
        biasInitializer: fanInUniform,
      }),
  });
}
