import { join } from 'node:path';
import { KdError, type Model } from 'kd-core';
import { listCheckpoints, removeCheckpoints, type Storage } from 'kd-train';
import { nodeStorage } from 'kd-train/node';

/** Where a run writes: results at the top, checkpoints of each network below. */
export interface OutputFolder {
  readonly path: string;
  readonly results: Storage;
  /** Those of one training. */
  checkpointsOf(training: string): Storage;
}

/** Report, metrics and log of a long run, with room to spare. */
const resultBytes = 8_000_000;
const bytesPerScalar = 4;

export function outputFolder(path: string): OutputFolder {
  return {
    path,
    results: nodeStorage(path),
    checkpointsOf: (training) => nodeStorage(join(path, 'checkpoints', training)),
  };
}

/** Throws `STORAGE` unless the results of a run with `models` can be written: before hours of training, not after. */
export async function requireWritable({ results }: OutputFolder, models: readonly Model[]): Promise<void> {
  const scalars = models
    .map((model) => model.summary())
    .reduce((sum, s) => sum + s.parameters + s.stateElements, 0);
  // Once as safetensors and once as ONNX.
  await results.probe(2 * bytesPerScalar * scalars + resultBytes);
}

/**
 * Makes the folder ready for a run of these trainings. An earlier run in it is continued (`resume`), removed (`overwrite`) or a reason
 * to refuse (`STORAGE`).
 */
export async function claim(
  folder: OutputFolder,
  {
    trainings,
    resume,
    overwrite,
  }: { readonly trainings: readonly string[]; readonly resume: boolean; readonly overwrite: boolean },
): Promise<void> {
  if (resume) return;
  const storages = trainings.map((training) => folder.checkpointsOf(training));
  if (overwrite) {
    for (const storage of storages) await removeCheckpoints(storage);
    return;
  }
  const checkpoints = await Promise.all(storages.map(listCheckpoints));
  if (checkpoints.flat().length > 0) {
    throw new KdError(
      'STORAGE',
      `${folder.path} holds the checkpoints of an earlier run. Continue it with --resume, start anew with --overwrite, or choose another output.`,
    );
  }
}
