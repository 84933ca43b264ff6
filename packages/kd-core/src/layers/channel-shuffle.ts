import { customGrad, gather, type Tensor, tensor1d } from '@tensorflow/tfjs-core';

/** Which channel of `channels` in `groups` equal parts stands at each place once they are taken in turns. */
export function shuffledChannels(channels: number, groups: number): readonly number[] {
  const size = channels / groups;
  return Array.from({ length: channels }, (_, place) => (place % groups) * size + Math.floor(place / groups));
}

/** The channels (last axis) of `x` in the order of `permutation`. The gradient is the inverse permutation of dy. */
export function permuteChannels(x: Tensor, permutation: readonly number[]): Tensor {
  const compute = customGrad((input) => ({
    value: gather(input as Tensor, tensor1d([...permutation], 'int32'), -1),
    gradFunc: (dy: Tensor) => permuteChannels(dy, inverse(permutation)),
  }));
  return compute(x);
}

function inverse(permutation: readonly number[]): readonly number[] {
  const result = permutation.map(() => 0);
  for (const [place, channel] of permutation.entries()) result[channel] = place;
  return result;
}
