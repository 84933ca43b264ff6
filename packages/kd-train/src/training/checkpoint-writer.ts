import { stateTensors, type TrainingProgress } from '../checkpoint/checkpoint.ts';
import { checkpointName, lastGood, saveCheckpoint } from '../checkpoint/checkpoint-store.ts';
import type { DeviceRun } from './device-run.ts';
import { DEFAULT_KEEP } from './prepare-run.ts';
import type { Stage } from './stage.ts';
import type { CheckpointEvent } from './training-event.ts';
import type { TrainingOptions } from './training-options.ts';

/** Writes the checkpoints of one stage, each step at most once. Without a storage it writes nothing. */
export interface CheckpointWriter {
  /** `undefined` when there was nothing to write. */
  save(progress: TrainingProgress): Promise<CheckpointEvent | undefined>;
  /** A sentence naming the newest good checkpoint. */
  lastGood(): string;
  /** A sentence for a run that was stopped: how to continue. */
  howToResume(): string;
}

export function checkpointWriter(
  options: TrainingOptions['checkpoint'],
  device: DeviceRun,
  { name: stage, schedules, resumedFrom }: Stage,
): CheckpointWriter {
  let saved = resumedFrom;
  return {
    async save(progress) {
      const { step } = progress;
      if (options === undefined || saved === checkpointName(step, stage)) return undefined;
      const checkpoint = {
        tensors: stateTensors(await device.download()),
        progress: { ...progress, schedules: await schedules.fingerprints(step) },
      };
      saved = await saveCheckpoint(options.storage, checkpoint, { keep: options.keep ?? DEFAULT_KEEP });
      return { type: 'checkpoint', stage, step, name: saved };
    },
    lastGood: () => lastGood(saved, options?.storage),
    howToResume: () =>
      options === undefined
        ? 'Nothing was saved, as no checkpoint storage was given.'
        : `Saved as '${saved}' in ${options.storage.location}; start again with the same options and resume: true to continue.`,
  };
}
