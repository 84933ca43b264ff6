import { customGrad, fill, type Tensor } from '@tensorflow/tfjs-core';

/** `compute`, which is constant almost everywhere, with a gradient of zeros: tfjs has none of comparisons. */
export function withoutGradient(
  compute: (...operands: Tensor[]) => Tensor,
): (...operands: Tensor[]) => Tensor {
  return customGrad((...inputs) => {
    const operands = inputs.slice(0, -1) as Tensor[];
    const shapes = operands.map(({ shape }) => shape);
    return { value: compute(...operands), gradFunc: () => shapes.map((shape) => fill(shape, 0)) };
  });
}
