import {
  add,
  conv2d,
  matMul,
  mean,
  relu,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import {
  batchNormInference,
  batchNormTraining,
  HostTensor,
  type Model,
  type PrngKey,
  randomNormal,
  splitKey,
  updateRunningStatistics,
} from 'kd-core';

interface Params {
  readonly kernel: Tensor4D;
  readonly norm: { readonly scale: Tensor1D; readonly offset: Tensor1D };
  readonly dense: { readonly weights: Tensor2D; readonly bias: Tensor1D };
}
interface State {
  readonly norm: { readonly mean: Tensor1D; readonly variance: Tensor1D };
}

/** Convolution, batch norm, ReLU, global pooling and a dense layer: the smallest network with everything a trainer meets. */
export function tinyNetwork({
  channels,
  classes = 3,
  side = 4,
  name = `tiny${channels}`,
}: {
  channels: number;
  classes?: number;
  side?: number;
  name?: string;
}): Model {
  const filled = (value: number, length: number): HostTensor =>
    new HostTensor(new Float32Array(length).fill(value), [length]);
  return {
    name,
    inputShape: [side, side, 1],
    classes,
    init(key) {
      const [kernelKey, denseKey] = splitKey(key, 2) as [PrngKey, PrngKey];
      return {
        params: {
          kernel: randomNormal(kernelKey, [3, 3, 1, channels], { standardDeviation: 0.4 }),
          norm: { scale: filled(1, channels), offset: filled(0, channels) },
          dense: {
            weights: randomNormal(denseKey, [channels, classes], { standardDeviation: 0.5 }),
            bias: filled(0, classes),
          },
        },
        state: { norm: { mean: filled(0, channels), variance: filled(1, channels) } },
      };
    },
    apply(variables, images, { train }) {
      const { kernel, norm, dense } = variables.params as unknown as Params;
      const { norm: running } = variables.state as unknown as State;
      const x = conv2d(images, kernel, 1, 'same');
      const common = { x, scale: norm.scale, offset: norm.offset, epsilon: 1e-5 };
      const batch = train ? batchNormTraining(common) : undefined;
      const normalised = batch?.y ?? batchNormInference({ ...common, ...running });
      const feature = relu(normalised as Tensor4D);
      const pooled = mean(feature, [1, 2]) as Tensor2D;
      const next =
        batch === undefined
          ? running
          : updateRunningStatistics({
              state: running,
              mean: batch.mean,
              variance: batch.variance,
              count: images.shape[0] * side * side,
              momentum: 0.1,
            });
      return {
        logits: add(matMul(pooled, dense.weights), dense.bias) as Tensor2D,
        taps: { feature, pooled } as Record<string, Tensor>,
        state: { norm: { ...next } },
      };
    },
    summary: () => ({
      parameters: 11 * channels + (channels + 1) * classes,
      frozenParameters: 0,
      stateElements: 2 * channels,
      macs: side * side * 9 * channels + channels * classes,
      activationBytes: 4 * (3 * side * side * channels + channels + classes),
      taps: { feature: [side, side, channels], pooled: [channels] },
    }),
  };
}
