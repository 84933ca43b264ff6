import {
  mean,
  mul,
  reshape,
  type Scalar,
  type Tensor1D,
  type Tensor2D,
  tensorScatterUpdate,
} from '@tensorflow/tfjs-core';
import { HostTensor, randomUniform } from 'kd-core';
import { crossEntropy, type Method } from '../index.ts';

/** A loss with noise that is drawn anew in each step; the last noise of each sample is remembered. */
export function noisyMemory(samples = 20): Method {
  const good = crossEntropy();
  return {
    ...good,
    name: 'noisyMemory',
    init: () => ({ params: {}, state: { memory: new HostTensor(new Float32Array(samples), [samples]) } }),
    draw: ({ key, batch }) => ({ noise: randomUniform(key, batch.labels.shape, { min: 0.5, max: 1.5 }) }),
    loss(context) {
      const { noise } = context.draws as { noise: Tensor1D };
      const { memory } = context.variables.state as unknown as { memory: Tensor1D };
      const total = mul(good.loss(context).total, mean(noise)) as Scalar;
      const positions = reshape(context.indices, [-1, 1]) as Tensor2D;
      const state = { memory: tensorScatterUpdate(memory, positions, noise) };
      return { total, terms: { noisyMemory: total }, state };
    },
  };
}
