import { add, matMul, relu, reshape, type Tensor, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import { HostTensor, type Model, type PrngKey, randomNormal, splitKey } from 'kd-core';

interface Dense {
  readonly weights: Tensor2D;
  readonly bias: Tensor1D;
}

/** Two dense layers with a ReLU between: samples of a batch do not see each other, as there is no batch norm. */
export function plainNetwork({
  units,
  classes = 3,
  side = 4,
}: {
  units: number;
  classes?: number;
  side?: number;
}): Model {
  const pixels = side * side;
  const dense = (key: PrngKey, inputs: number, outputs: number) => ({
    weights: randomNormal(key, [inputs, outputs], { standardDeviation: 0.5 }),
    bias: new HostTensor(new Float32Array(outputs).fill(0.1), [outputs]),
  });
  const apply = (x: Tensor2D, { weights, bias }: Dense): Tensor2D => add(matMul(x, weights), bias);
  return {
    name: `plain${units}`,
    inputShape: [side, side, 1],
    classes,
    init(key) {
      const [first, second] = splitKey(key, 2) as [PrngKey, PrngKey];
      return {
        params: { hidden: dense(first, pixels, units), last: dense(second, units, classes) },
        state: {},
      };
    },
    apply({ params, state }, images) {
      const { hidden, last } = params as unknown as { hidden: Dense; last: Dense };
      const feature = relu(apply(reshape(images, [-1, pixels]) as Tensor2D, hidden)) as Tensor2D;
      return { logits: apply(feature, last), taps: { feature } as Record<string, Tensor>, state };
    },
    summary: () => ({
      parameters: (pixels + 1) * units + (units + 1) * classes,
      frozenParameters: 0,
      stateElements: 0,
      macs: pixels * units + units * classes,
      activationBytes: 4 * (units + classes),
      taps: { feature: [units] },
    }),
  };
}
