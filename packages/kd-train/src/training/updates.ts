import type { BatchSource } from 'kd-core';

/** How batches become updates. */
export interface UpdateGrouping {
  readonly source: Pick<BatchSource, 'stepsPerEpoch'>;
  /** Consecutive batches of one update; default 1. */
  readonly accumulation?: number | undefined;
}

/** Updates of one epoch; where its batches do not divide evenly, the last update has fewer. */
export function updatesPerEpoch({ source, accumulation = 1 }: UpdateGrouping): number {
  return Math.ceil(source.stepsPerEpoch / accumulation);
}

/** The batches of update `step`, counted through all epochs. */
export function batchesOfUpdate(step: number, grouping: UpdateGrouping): readonly number[] {
  const { source, accumulation = 1 } = grouping;
  const updates = updatesPerEpoch(grouping);
  const epoch = Math.floor(step / updates);
  const first = (step % updates) * accumulation;
  const count = Math.min(accumulation, source.stepsPerEpoch - first);
  return Array.from({ length: count }, (_, index) => epoch * source.stepsPerEpoch + first + index);
}
