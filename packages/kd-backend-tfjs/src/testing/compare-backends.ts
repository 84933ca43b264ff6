import * as tfjs from '@tensorflow/tfjs-core';
import { type Backend, HostTensor, sizeOf, valueAndGradient } from 'kd-core';
import { expect } from 'vitest';

export type Program = (...inputs: tfjs.Tensor[]) => tfjs.Tensor;

/** Numbers without a pattern that an error could hide behind. */
export function wave(shape: readonly number[], phase: number): HostTensor {
  const data = Float32Array.from({ length: sizeOf(shape) }, (_, index) => Math.sin(1.7 * index + phase));
  return new HostTensor(data, shape);
}

/** Compares what a program gives on two backends, and the gradients of a weighting of it; relative to the largest element. */
export async function expectAgreement(
  backends: readonly [reference: Backend, tested: Backend],
  inputs: readonly HostTensor[],
  program: Program,
  relativeTolerance = 1e-5,
): Promise<void> {
  const differentiate = (args: { inputs: readonly tfjs.Tensor[]; weights: tfjs.Tensor }) => {
    const { gradient, aux } = valueAndGradient((params: readonly tfjs.Tensor[]) => {
      const output = program(...params);
      const weighted = tfjs.mul(output, tfjs.reshape(tfjs.slice(args.weights, 0, output.size), output.shape));
      return { value: tfjs.sum(weighted) as tfjs.Scalar, aux: { output } };
    }, args.inputs as tfjs.Tensor[]);
    return { gradient: gradient as readonly tfjs.Tensor[], output: aux.output };
  };
  const args = { inputs, weights: wave([4096], 3) };
  const [expected, found] = await Promise.all(
    backends.map(async (backend) => backend.download(await backend.compile(differentiate)(args as never))),
  );
  const pairs = [
    [expected!.output, found!.output],
    ...expected!.gradient.map((each, index) => [each, found!.gradient[index]!]),
  ] as const;
  for (const [want, got] of pairs) {
    expect(got!.shape).toEqual(want!.shape);
    const largest = Math.max(...want!.data.map(Math.abs), 1e-3);
    want!.data.forEach((value, index) => {
      expect(Math.abs(got!.data[index]! - value)).toBeLessThanOrEqual(relativeTolerance * largest);
    });
  }
}
