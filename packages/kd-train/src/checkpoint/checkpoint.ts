import {
  decodeSafetensors,
  encodeSafetensors,
  type HostTensor,
  KdError,
  type PrngKey,
  type Tree,
  treeMap,
  visitTree,
} from 'kd-core';
import { type ConfigValue, hashConfig, hashTensors } from '../hash.ts';
import type { TrainingState } from '../step/training-state.ts';
import type { EpochSummary, EpochTotals } from '../training/epoch-totals.ts';

const FORMAT = 'kd-checkpoint/1';

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
}

export interface Checkpoint {
  /** Leaves of a `TrainingState` by path. */
  readonly tensors: Readonly<Record<string, HostTensor>>;
  readonly progress: TrainingProgress;
}

/** One safetensors file: all tensors, the progress as JSON in its metadata, and a SHA-256 over both. */
export async function encodeCheckpoint({ tensors, progress }: Checkpoint): Promise<Uint8Array> {
  const training = JSON.stringify(progress);
  return encodeSafetensors(tensors, { format: FORMAT, training, sha256: await digest(tensors, training) });
}

/** Throws `PARSE` or `CHECKPOINT` for bytes that are no checkpoint, or one that is torn or altered. */
export async function decodeCheckpoint(bytes: Uint8Array): Promise<Checkpoint> {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const { format, training, sha256 } = metadata;
  if (format !== FORMAT || training === undefined) {
    throw new KdError(
      'CHECKPOINT',
      `The file is no checkpoint of the format '${FORMAT}'; its format is ${format === undefined ? 'not stated' : `'${format}'`}.`,
    );
  }
  if ((await digest(tensors, training)) !== sha256) {
    throw new KdError('CHECKPOINT', 'The content does not match its SHA-256: the file is damaged.');
  }
  return { tensors, progress: JSON.parse(training) as TrainingProgress };
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

async function digest(tensors: Readonly<Record<string, HostTensor>>, training: string): Promise<string> {
  return hashConfig([await hashTensors(tensors), training]);
}
