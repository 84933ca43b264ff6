import { type HostTensor, KdError, type PrngKey, type Tree, treeMap, visitTree } from 'kd-core';
import type { ConfigValue } from '../hash.ts';
import type { TrainingState } from '../step/training-state.ts';
import type { BestEpoch } from '../training/best-network.ts';
import type { EpochSummary, EpochTotals } from '../training/epoch-totals.ts';

/** The parts of a run, in their order; steps and epochs count from 0 in each. */
export type StageName = 'warm-up' | 'main';

/** Where a run stands, besides its tensors. */
export interface TrainingProgress {
  readonly stage: StageName;
  /** Updates made in this stage. Data order and augmentation are functions of it, so it is also the position of the random streams. */
  readonly step: number;
  readonly epoch: number;
  readonly key: PrngKey;
  /** Id of the backend that computed it. */
  readonly backend: string;
  readonly configuration: ConfigValue;
  /** Hash of each schedule's values at the steps made. */
  readonly schedules: Readonly<Record<string, string>>;
  /** The epochs of this stage that are finished. */
  readonly history: readonly EpochSummary[];
  /** The epoch under way. */
  readonly totals: EpochTotals;
  /** The best epoch so far; absent before the first, and without `select`. */
  readonly best?: BestEpoch;
  /** Updates in a row that were skipped last; absent for none. */
  readonly consecutiveSkips?: number;
}

export interface Checkpoint {
  /** Leaves of a `TrainingState` by path. */
  readonly tensors: Readonly<Record<string, HostTensor>>;
  readonly progress: TrainingProgress;
  /** Whether it was the best of its run when it was written; default false. */
  readonly best?: boolean;
  /** Versions of the software that wrote it, by name. */
  readonly software?: Readonly<Record<string, string>>;
}

/** The leaves of `state` by path, as a checkpoint holds them. */
export function stateTensors(state: TrainingState<HostTensor>): Record<string, HostTensor> {
  const tensors: Record<string, HostTensor> = {};
  visitTree(state as unknown as Tree<HostTensor>, (leaf, path) => {
    tensors[path] = leaf;
  });
  return tensors;
}

/** The state of a checkpoint in the structure of `template`. Throws `CHECKPOINT` naming a tensor that does not fit. */
export function restoreState(
  { tensors }: Checkpoint,
  template: TrainingState<HostTensor>,
): TrainingState<HostTensor> {
  const describe = (tensor: HostTensor | undefined): string =>
    tensor === undefined ? 'absent' : `${tensor.dtype} [${tensor.shape.join(', ')}]`;
  const expected = stateTensors(template);
  for (const path of new Set([...Object.keys(expected), ...Object.keys(tensors)])) {
    const [found, wanted] = [describe(tensors[path]), describe(expected[path])];
    if (found !== wanted) {
      throw new KdError(
        'CHECKPOINT',
        `The checkpoint is of another network, method or optimiser: '${path}' is ${found} in it and ${wanted} in this run.`,
      );
    }
  }
  const tree = template as unknown as Tree<HostTensor>;
  return treeMap<HostTensor, HostTensor>(
    tree,
    (_leaf, path) => tensors[path]!,
  ) as unknown as TrainingState<HostTensor>;
}
