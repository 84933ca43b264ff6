import { foldIn, KdError, type PrngKey } from 'kd-core';
import type { AsyncDataset, Dataset } from '../dataset.ts';
import type { SampleOrder } from './samplers/sampler.ts';

/**
 * The order of samples as a pure function of the epoch. Only the last epoch asked for is kept: an order
 * of a large data set costs more than a batch, and batches of one epoch come together.
 * Throws `INVALID_ARGUMENT` for an order that has not the length that it says, or positions outside of `dataset`.
 */
export function epochOrder(
  key: PrngKey,
  order: SampleOrder,
  dataset: Dataset | AsyncDataset,
): (epoch: number) => Int32Array {
  let kept: { readonly epoch: number; readonly positions: Int32Array } | undefined;
  return (epoch) => {
    if (kept?.epoch !== epoch) {
      const positions = order.positions(foldIn(key, epoch));
      requirePositions(positions, order.length, dataset);
      kept = { epoch, positions };
    }
    return kept.positions;
  };
}

function requirePositions(positions: Int32Array, length: number, dataset: Dataset | AsyncDataset): void {
  const refuse = (found: string): KdError =>
    new KdError(
      'INVALID_ARGUMENT',
      `The sampler must give ${length} of the positions 0..${dataset.length - 1} of data set '${dataset.name}' for an epoch, but gave ${found}.`,
    );
  if (positions.length !== length) throw refuse(`${positions.length} positions`);
  const bad = positions.find((position) => position < 0 || position >= dataset.length);
  if (bad !== undefined) throw refuse(`the position ${bad}`);
}
