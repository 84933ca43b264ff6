import type { Batch, BatchSource } from 'kd-core';

/** Batches by global step, one ahead: `prefetch` starts the assembly of a batch that `take` will give. */
export interface BatchStream {
  take(step: number): Promise<Batch>;
  prefetch(step: number): void;
}

export function batchStream(source: BatchSource): BatchStream {
  let ahead: { readonly step: number; readonly batch: Promise<Batch> } | undefined;
  const load = async (step: number): Promise<Batch> =>
    source.batch(Math.floor(step / source.stepsPerEpoch), step % source.stepsPerEpoch);
  return {
    async take(step) {
      return ahead?.step === step ? ahead.batch : load(step);
    },
    prefetch(step) {
      const batch = load(step);
      // The failure belongs to `take`; a run that ends before must not crash on it.
      batch.catch(() => {});
      ahead = { step, batch };
    },
  };
}
