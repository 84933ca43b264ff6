import { type BatchSource, HostTensor, KdError } from 'kd-core';
import { serveBatches } from '../loader/workers/serve-batches.ts';

/** What the worker of the tests is told to do. */
export interface BatchWorkerOptions {
  readonly steps: number;
  /** A batch at which something happens, counted over the epochs. */
  readonly at?: { readonly step: number; readonly does: 'throws' | 'ends' | 'crashes' | 'gives again' };
  readonly refuses?: string;
}

/** Batches of two samples whose pixels tell the epoch and the index; and who made them, in `views`. */
serveBatches<BatchWorkerOptions>(({ steps, at, refuses }): BatchSource => {
  if (refuses !== undefined) throw new KdError('PARSE', refuses);
  let made = 0;
  const once = new HostTensor(new Float32Array(2), [2, 1, 1, 1]);
  return {
    length: 2 * steps,
    batchSize: 2,
    stepsPerEpoch: steps,
    views: { made: [1, 1, 1] },
    samples: { count: 3, labels: Int32Array.of(0, 1, -1) },
    async batch(epoch, index) {
      made += 1;
      const does = epoch * steps + index === at?.step ? at.does : 'nothing';
      if (does === 'throws') throw new KdError('SHAPE_MISMATCH', `Sample ${2 * index} is too small.`);
      if (does === 'ends') process.exit(7);
      if (does === 'crashes') setImmediate(() => Promise.reject(new Error('out of tune')));
      // A view of a larger buffer, which must not be sent as a whole.
      const labels = Int32Array.of(9, 0, 1, 9).subarray(1, 3);
      return {
        images: does === 'gives again' ? once : new HostTensor(Float32Array.of(epoch, index), [2, 1, 1, 1]),
        labels: new HostTensor(labels, [2]),
        indices: new HostTensor(Int32Array.of(0, 1), [2]),
        views: { made: new HostTensor(Float32Array.of(made, made), [2, 1, 1, 1]) },
        variant: epoch,
      };
    },
  };
});
