import {
  add,
  type GradSaveFunc,
  gather,
  range,
  reshape,
  scatterND,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { requireArgument } from '../errors.ts';
import { firstOrderGrad } from '../ops/first-order-grad.ts';

/**
 * Of each row of `scores` [batch, samples] the entries that `rows` (int32 [batch, taken]) names. The derivative of
 * tfjs's own gather walks over all samples for every entry; this one scatters.
 */
export function gatherScores(scores: Tensor2D, rows: Tensor2D): Tensor2D {
  const [batch, samples] = scores.shape;
  const size = batch * samples;
  requireArgument(
    size < 2 ** 31,
    () =>
      `scores of ${batch} x ${samples} cannot be numbered in int32. Use smaller batches, or a part of the samples.`,
  );
  const firsts = reshape(range(0, size, samples, 'int32'), [batch, 1]);
  const places = reshape(add(rows, firsts), [-1]);
  const compute = firstOrderGrad('gatherScores', (input, saveInput) => {
    (saveInput as GradSaveFunc)([places]);
    return {
      value: reshape(gather(reshape(input as Tensor, [-1]), places), rows.shape),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const column = reshape(saved[0]!, [-1, 1]);
        return reshape(scatterND(column, reshape(dy, [-1]), [size]), [batch, samples]);
      },
    };
  });
  return compute(scores) as Tensor2D;
}
