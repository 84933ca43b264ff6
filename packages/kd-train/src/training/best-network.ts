import { type ClassificationMetrics, type HostTensor, KdError } from 'kd-core';
import { restoreState, type TrainingProgress } from '../checkpoint/checkpoint.ts';
import { loadBestCheckpoint } from '../checkpoint/checkpoint-store.ts';
import type { TrainingState } from '../step/training-state.ts';
import type { TrainedNetwork } from '../teachers/teacher.ts';
import { isBetter } from './selection.ts';
import type { Stage } from './stage.ts';
import type { TrainingOptions } from './training-options.ts';

/** The epoch whose validation is the best so far. */
export interface BestEpoch {
  readonly metric: string;
  readonly epoch: number;
  /** Updates made when it was evaluated. */
  readonly step: number;
  readonly value: number;
}

/** The network of the epoch whose validation was best. */
export interface BestNetwork {
  readonly epoch: number;
  /** Of the metric that `select` names. */
  readonly value: number;
  readonly deployed: TrainedNetwork;
}

/** Holds the best network of a main stage on the host; its checkpoint is what survives the process. */
export interface BestKeeper {
  /** Something that the user should know about what came before. */
  readonly warning?: string;
  /** `progress` with this epoch as the best, and its network kept, if it is; otherwise `undefined`. */
  consider(
    progress: TrainingProgress,
    evaluated: { readonly epoch: number; readonly metrics: ClassificationMetrics },
    download: () => Promise<TrainingState<HostTensor>>,
  ): Promise<TrainingProgress | undefined>;
  /** `undefined` before the first evaluation. */
  best(): BestNetwork | undefined;
}

/**
 * Goes on with the best network of the checkpoints where `stage` is resumed. Where that network is gone, because its
 * checkpoint was, it says so and chooses among the epochs to come. Throws `CHECKPOINT` when the run selected by another metric.
 */
export async function openBestKeeper(
  { select, checkpoint }: Pick<TrainingOptions, 'select' | 'checkpoint'>,
  stage: Stage,
  deploy: (state: TrainingState<HostTensor>) => TrainedNetwork,
): Promise<BestKeeper | undefined> {
  if (select === undefined) return undefined;
  const { metric } = select;
  const past = stage.progress.best;
  if (past !== undefined && past.metric !== metric) {
    throw new KdError(
      'CHECKPOINT',
      `The run selected its best network by ${past.metric}, and is to go on by ${metric}: the best of the epochs before is not known. Select by ${past.metric}, or start a new run in another storage.`,
    );
  }
  const loaded = past && checkpoint && (await loadBestCheckpoint(checkpoint.storage));
  const isThere = loaded !== undefined && loaded.checkpoint.progress.step === past?.step;
  let best: BestNetwork | undefined =
    past && isThere
      ? {
          epoch: past.epoch,
          value: past.value,
          deployed: deploy(restoreState(loaded.checkpoint, stage.state)),
        }
      : undefined;
  return {
    ...(past !== undefined &&
      !isThere && {
        warning: `The best network so far, of epoch ${past.epoch} (${metric} ${past.value}), is gone with its checkpoint; the best is chosen among the epochs to come.`,
      }),
    async consider(progress, { epoch, metrics }, download) {
      const value = metrics[metric];
      if (!isBetter(metric, value, best?.value)) return undefined;
      best = { epoch, value, deployed: deploy(await download()) };
      return { ...progress, best: { metric, epoch, step: progress.step, value } };
    },
    best: () => best,
  };
}
