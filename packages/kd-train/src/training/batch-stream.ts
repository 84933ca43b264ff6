/** What each step needs, by global step, one ahead: `prefetch` begins what `take` will give. */
export interface BatchStream<T> {
  take(step: number): Promise<T>;
  prefetch(step: number): void;
  /** Waits for what was begun ahead and is not needed, so that nothing runs on when a training has ended. */
  close(): Promise<void>;
}

/** A stream of what `load` gives, a function of the epoch and the batch in it. */
export function batchStream<T>(
  stepsPerEpoch: number,
  load: (at: { readonly epoch: number; readonly index: number }) => Promise<T>,
): BatchStream<T> {
  let ahead: { readonly step: number; readonly batch: Promise<T> } | undefined;
  const loadStep = (step: number): Promise<T> =>
    load({ epoch: Math.floor(step / stepsPerEpoch), index: step % stepsPerEpoch });
  return {
    async take(step) {
      return ahead?.step === step ? ahead.batch : loadStep(step);
    },
    prefetch(step) {
      const batch = loadStep(step);
      // The failure belongs to `take`; a run that ends before must not crash on it.
      batch.catch(() => {});
      ahead = { step, batch };
    },
    async close() {
      await ahead?.batch.catch(() => {});
    },
  };
}
