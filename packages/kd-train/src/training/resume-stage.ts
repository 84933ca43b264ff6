import { KdError, type Storage } from 'kd-core';
import { restoreState } from '../checkpoint/checkpoint.ts';
import { type LoadedCheckpoint, putAside } from '../checkpoint/checkpoint-store.ts';
import { requireSameConfiguration } from '../checkpoint/compare-configuration.ts';
import { softwareDifferences } from '../checkpoint/software.ts';
import type { FreshStages } from './fresh-stages.ts';
import type { Stage } from './stage.ts';

/** What a run goes on with, beside what it was checked for. */
export interface ResumedOn {
  readonly storage: Storage;
  /** Id of the backend. */
  readonly backend: string;
  readonly software: Readonly<Record<string, string>>;
}

/**
 * The stage of a checkpoint as it goes on from there. Throws `CHECKPOINT`, naming what differs, for one of another run; puts
 * aside those that were found damaged.
 */
export async function resumeStage(
  { warmUp, main }: Pick<FreshStages, 'warmUp' | 'main'>,
  { name, checkpoint, damaged }: LoadedCheckpoint,
  { storage, backend, software }: ResumedOn,
): Promise<{ readonly stage: Stage; readonly warnings: readonly string[] }> {
  const { progress } = checkpoint;
  requireSameConfiguration(name, progress.configuration, main.progress.configuration);
  const fresh = progress.stage === 'warm-up' ? warmUp : main;
  if (fresh === undefined) {
    throw new KdError('CHECKPOINT', `'${name}' is of a warm-up, which this run does not have.`);
  }
  if (progress.step > fresh.totalSteps) {
    throw new KdError(
      'CHECKPOINT',
      `'${name}' has ${progress.step} updates, more than the ${fresh.totalSteps} of this run. Lengthen the run or choose another storage.`,
    );
  }
  const past = await fresh.schedules.fingerprints(progress.step);
  const changed = Object.keys({ ...past, ...progress.schedules }).filter(
    (schedule) => past[schedule] !== progress.schedules[schedule],
  );
  if (changed.length > 0) {
    throw new KdError(
      'CHECKPOINT',
      `'${name}' was trained with other values of ${changed.join(', ')} in its first ${progress.step} steps. Restore the schedule (a cosine also depends on the length of the run), or start a new run in another storage.`,
      { details: { changed } },
    );
  }
  const state = restoreState(checkpoint, fresh.state);
  const warnings = damaged.map(
    (each) =>
      `The checkpoint '${each.name}' was put aside as '.damaged', and the run goes on from '${name}': '${each.file}': ${each.reason}.`,
  );
  // A damaged one would count as one of those to keep, and push out a good one.
  for (const each of damaged) await putAside(storage, each.name);
  if (progress.backend !== backend) {
    warnings.push(
      `'${name}' was computed on '${progress.backend}' and goes on on '${backend}': equal up to rounding, not bit for bit.`,
    );
  } else {
    const others = softwareDifferences(checkpoint.software, software);
    if (others.length > 0) {
      warnings.push(
        `'${name}' was written by other software (${others.join('; ')}), which may round otherwise: equal bits are not promised.`,
      );
    }
  }
  return { stage: { ...fresh, state, progress: { ...progress, backend }, resumedFrom: name }, warnings };
}
