import { type Checkpoint, stateTensors, type TrainingProgress } from '../checkpoint/checkpoint.ts';
import { checkpointName } from '../checkpoint/checkpoint-files.ts';
import { lastGood, saveCheckpoint } from '../checkpoint/checkpoint-store.ts';
import { softwareOf } from '../checkpoint/software.ts';
import { nextTurn } from './breather.ts';
import type { DeviceRun } from './device-run.ts';
import { DEFAULT_KEEP } from './prepare-run.ts';
import type { Stage } from './stage.ts';
import type { CheckpointEvent } from './training-event.ts';
import type { TrainingOptions } from './training-options.ts';

/**
 * Writes the checkpoints of one stage behind the training: only the copy off the device is waited for, while encoding, hashing
 * and writing go on beside the next steps. One at a time: the next one waits for it. Without a storage it writes nothing.
 */
export interface CheckpointWriter {
  /**
   * Begins to write the state as it is now, unless that of this step is written or being written; `best` keeps it from
   * being rotated out until there is a better one. Throws what the write before it threw.
   */
  save(progress: TrainingProgress, options?: { readonly best?: boolean }): Promise<void>;
  /** One event a checkpoint that has become safe since the last call. Throws what a write threw. */
  written(): Promise<readonly CheckpointEvent[]>;
  /** Waits for the write under way; its failure is told by `written`. */
  settle(): Promise<void>;
  /** A sentence naming the newest good checkpoint; one under way counts, as the end of a run waits for it. */
  lastGood(): string;
  /** A sentence for a run that was stopped: how to continue. */
  howToResume(): string;
}

export function checkpointWriter(
  { checkpoint: options, backend }: TrainingOptions,
  device: DeviceRun,
  { name: stage, schedules, resumedFrom }: Stage,
): CheckpointWriter {
  const software = softwareOf(backend, options?.versions);
  let saved = resumedFrom;
  let begun = { name: resumedFrom, best: false };
  let underWay: Promise<void> | undefined;
  let failure: { readonly error: unknown } | undefined;
  let events: CheckpointEvent[] = [];
  const throwFailure = (): void => {
    if (failure !== undefined) throw failure.error;
  };

  async function write(
    checkpoint: Checkpoint,
    { storage, keep = DEFAULT_KEEP }: NonNullable<TrainingOptions['checkpoint']>,
  ): Promise<void> {
    try {
      saved = await saveCheckpoint(storage, checkpoint, { keep });
      events.push({ type: 'checkpoint', stage, step: checkpoint.progress.step, name: saved });
    } catch (error) {
      failure = { error };
    } finally {
      underWay = undefined;
    }
  }

  return {
    async save(progress, { best = false } = {}) {
      const name = checkpointName(progress.step, stage);
      if (options === undefined || (begun.name === name && (begun.best || !best))) return;
      await underWay;
      throwFailure();
      const tensors = stateTensors(await device.download());
      const past = await schedules.fingerprints(progress.step);
      begun = { name, best };
      underWay = write({ tensors, progress: { ...progress, schedules: past }, best, software }, options);
    },
    async written() {
      // Where steps never leave the microtask queue, the write would wait for the end of the run.
      if (underWay !== undefined) await nextTurn();
      throwFailure();
      const news = events;
      events = [];
      return news;
    },
    settle: async () => underWay,
    lastGood: () => lastGood(underWay === undefined ? saved : begun.name, options?.storage),
    howToResume: () =>
      options === undefined
        ? 'Nothing was saved, as no checkpoint storage was given.'
        : `Saved as '${saved}' in ${options.storage.location}; start again with the same options and resume: true to continue.`,
  };
}
