import { KdError, type Storage } from 'kd-core';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint, type StageName } from './checkpoint.ts';

/** What names begin with, the last stage first. */
const PREFIXES = { main: 'checkpoint', 'warm-up': 'warm-up' } as const;
const STEP = /^-\d{10}\.safetensors$/;

/** The name of the checkpoint after `step` updates of a stage, `main` by default; those of a stage sort by step. */
export function checkpointName(step: number, stage: StageName = 'main'): string {
  return `${PREFIXES[stage]}-${String(step).padStart(10, '0')}.safetensors`;
}

/**
 * Names of all checkpoints in `storage`, newest first: those of the main stage before those of its warm-up. Other files
 * are not touched.
 */
export async function listCheckpoints(storage: Storage): Promise<readonly string[]> {
  const names = await storage.list();
  return Object.values(PREFIXES).flatMap((prefix) =>
    names
      .filter((name) => name.startsWith(prefix) && STEP.test(name.slice(prefix.length)))
      .sort()
      .reverse(),
  );
}

/**
 * Writes a checkpoint and then removes all but the newest `keep`, of whatever stage. Throws `NON_FINITE`, and writes nothing, when a
 * tensor holds NaN or infinity: a bad state never replaces a good one.
 */
export async function saveCheckpoint(
  storage: Storage,
  checkpoint: Checkpoint,
  { keep }: { keep: number },
): Promise<string> {
  const kept = await listCheckpoints(storage);
  for (const [path, { data }] of Object.entries(checkpoint.tensors)) {
    if (data.every(Number.isFinite)) continue;
    throw new KdError(
      'NON_FINITE',
      `After step ${checkpoint.progress.step} the tensor '${path}' holds NaN or infinity, so no checkpoint was written. ${lastGood(kept[0], storage)}`,
      { details: { path, step: checkpoint.progress.step, lastCheckpoint: kept[0] } },
    );
  }
  const name = checkpointName(checkpoint.progress.step, checkpoint.progress.stage);
  await storage.write(name, await encodeCheckpoint(checkpoint));
  for (const old of (await listCheckpoints(storage)).slice(keep)) await storage.remove(old);
  return name;
}

export interface LoadedCheckpoint {
  readonly name: string;
  readonly checkpoint: Checkpoint;
  /** Newer files that cannot be used, and why. */
  readonly damaged: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * The newest whole checkpoint, or `undefined` when there is none at all. Throws `CHECKPOINT` when there are some but
 * all are damaged.
 */
export async function loadLatestCheckpoint(storage: Storage): Promise<LoadedCheckpoint | undefined> {
  const names = await listCheckpoints(storage);
  const damaged: { name: string; reason: string }[] = [];
  for (const name of names) {
    try {
      const bytes = await storage.read(name);
      if (bytes === undefined) throw new KdError('CHECKPOINT', 'The file has disappeared.');
      return { name, checkpoint: await decodeCheckpoint(bytes), damaged };
    } catch (error) {
      if (!KdError.isInstance(error) || (error.code !== 'CHECKPOINT' && error.code !== 'PARSE')) throw error;
      damaged.push({ name, reason: error.message });
    }
  }
  if (damaged.length === 0) return undefined;
  throw new KdError(
    'CHECKPOINT',
    `None of the checkpoints in ${storage.location} can be used: ${damaged.map(({ name, reason }) => `'${name}': ${reason}`).join(' ')} Remove them to start anew.`,
  );
}

/** The sentence about what is left when a run goes bad. */
export function lastGood(name: string | undefined, storage: Storage | undefined): string {
  if (name === undefined || storage === undefined) return 'There is no earlier checkpoint.';
  return `The last good checkpoint is '${name}' in ${storage.location}.`;
}
