import { decodeSafetensors, type HostData, KdError, type Storage } from 'kd-core';
import type { Checkpoint } from './checkpoint.ts';
import {
  asideFile,
  checkpointName,
  isCheckpointFile,
  manifestFile,
  sortFiles,
  tensorFile,
} from './checkpoint-files.ts';
import { decodeCheckpoint, encodeCheckpoint } from './encode-checkpoint.ts';
import { CHECKPOINT_FORMAT, type CheckpointManifest, type Damage, decodeManifest } from './manifest.ts';
import { rotateCheckpoints } from './rotate-checkpoints.ts';

/** Names of all whole and damaged checkpoints in `storage`, newest first: those of the main stage before those of its warm-up. */
export async function listCheckpoints(storage: Storage): Promise<readonly string[]> {
  return sortFiles(await storage.list()).committed;
}

/**
 * Writes a checkpoint, tensors first and then the manifest that commits it, and removes all but the newest `keep`, of whatever
 * stage, and the newest that was the best of the run. Throws `NON_FINITE`, and writes nothing, when a tensor holds NaN or
 * infinity: a bad state never replaces a good one.
 */
export async function saveCheckpoint(
  storage: Storage,
  checkpoint: Checkpoint,
  { keep }: { keep: number },
): Promise<string> {
  const { step, stage } = checkpoint.progress;
  const name = checkpointName(step, stage);
  const earlier = await listCheckpoints(storage);
  for (const [path, { data }] of Object.entries(checkpoint.tensors)) {
    if (allFinite(data)) continue;
    throw new KdError(
      'NON_FINITE',
      `After step ${step} the tensor '${path}' holds NaN or infinity, so no checkpoint was written. ${lastGood(earlier[0], storage)}`,
      { details: { path, step, lastCheckpoint: earlier[0] } },
    );
  }
  const { tensors, manifest } = await encodeCheckpoint(checkpoint);
  // Other tensors under the old manifest would be a damaged checkpoint.
  if (earlier.includes(name)) await storage.remove(manifestFile(name));
  await storage.write(tensorFile(name), tensors);
  await storage.write(manifestFile(name), manifest);
  await rotateCheckpoints(storage, { keep });
  return name;
}

/** A checkpoint that cannot be used, and which of its files is why. */
export interface DamagedCheckpoint extends Damage {
  readonly name: string;
}

export interface LoadedCheckpoint {
  readonly name: string;
  readonly checkpoint: Required<Checkpoint>;
  /** Newer ones that cannot be used. */
  readonly damaged: readonly DamagedCheckpoint[];
}

/**
 * The newest checkpoint, or `undefined` when there is none at all. Throws `CHECKPOINT`, naming the file and the reason, when it
 * is damaged: with `fallback` the newest whole one is taken instead, and `CHECKPOINT` thrown only where there is none.
 * A write that was interrupted is no checkpoint, and passed over.
 */
export async function loadLatestCheckpoint(
  storage: Storage,
  { fallback = false }: { readonly fallback?: boolean } = {},
): Promise<LoadedCheckpoint | undefined> {
  const damaged: DamagedCheckpoint[] = [];
  for (const name of await listCheckpoints(storage)) {
    const read = await readCheckpoint(storage, name);
    if ('damage' in read) {
      damaged.push({ name, ...read.damage });
      continue;
    }
    if (damaged.length > 0 && !fallback) throw agreementNeeded(storage, damaged, name);
    return { name, checkpoint: read.checkpoint, damaged };
  }
  if (damaged.length === 0) return undefined;
  throw new KdError(
    'CHECKPOINT',
    `None of the checkpoints in ${storage.location} can be used: ${describeDamage(damaged)} Remove them to start anew.`,
    { details: { damaged } },
  );
}

/**
 * The checkpoint that was the best of its run, by the metric of its validation, or `undefined` where none was called so. Throws
 * `CHECKPOINT` when one that may be it is damaged.
 */
export async function loadBestCheckpoint(
  storage: Storage,
): Promise<Omit<LoadedCheckpoint, 'damaged'> | undefined> {
  for (const name of await listCheckpoints(storage)) {
    const found = await readManifest(storage, name);
    if ('manifest' in found && !found.manifest.best) continue;
    const read = 'damage' in found ? found : await readCheckpoint(storage, name);
    if ('damage' in read) {
      throw new KdError(
        'CHECKPOINT',
        `Which checkpoint in ${storage.location} is the best cannot be told: ${describeDamage([read.damage])} Remove the file to take the best of the others.`,
        { details: { damaged: [{ name, ...read.damage }] } },
      );
    }
    return { name, checkpoint: read.checkpoint };
  }
  return undefined;
}

/** Gives the files of a damaged checkpoint names that are no checkpoint's, so that nothing is lost. */
export async function putAside(storage: Storage, name: string): Promise<void> {
  for (const file of [tensorFile(name), manifestFile(name)]) {
    const bytes = await storage.read(file);
    if (bytes === undefined) continue;
    await storage.write(asideFile(file), bytes);
    await storage.remove(file);
  }
}

/** Removes all checkpoints, what interrupted writes have left, those of the format before, and those put aside; nothing else. */
export async function removeCheckpoints(storage: Storage): Promise<void> {
  for (const file of await storage.list()) if (isCheckpointFile(file)) await storage.remove(file);
}

/**
 * Removes what interrupted writes have left. Throws `CHECKPOINT` for a checkpoint of the format before this one, which was a single file:
 * it would pass for such a rest.
 */
export async function removeUnfinished(storage: Storage): Promise<void> {
  for (const name of sortFiles(await storage.list()).unfinished) {
    const bytes = await storage.read(tensorFile(name));
    const format = bytes && formatOf(bytes);
    if (format === CHECKPOINT_FORMAT) await storage.remove(tensorFile(name));
    if (format !== 'kd-checkpoint/1') continue;
    throw new KdError(
      'CHECKPOINT',
      `'${tensorFile(name)}' in ${storage.location} is a checkpoint of the old format '${format}', which this version does not read. Finish that run with the version that began it, or start a new one in another storage.`,
      { details: { name, format, supported: CHECKPOINT_FORMAT } },
    );
  }
}

/** The sentence about what is left when a run goes bad. */
export function lastGood(name: string | undefined, storage: Storage | undefined): string {
  if (name === undefined || storage === undefined) return 'There is no earlier checkpoint.';
  return `The last good checkpoint is '${name}' in ${storage.location}.`;
}

async function readCheckpoint(
  storage: Storage,
  name: string,
): Promise<{ readonly checkpoint: Required<Checkpoint> } | { readonly damage: Damage }> {
  const manifest = await storage.read(manifestFile(name));
  if (manifest === undefined) {
    return { damage: { file: manifestFile(name), reason: 'it has disappeared' } };
  }
  return decodeCheckpoint(name, { manifest, tensors: await storage.read(tensorFile(name)) });
}

async function readManifest(
  storage: Storage,
  name: string,
): Promise<{ readonly manifest: CheckpointManifest } | { readonly damage: Damage }> {
  const bytes = await storage.read(manifestFile(name));
  return bytes === undefined
    ? { damage: { file: manifestFile(name), reason: 'it has disappeared' } }
    : decodeManifest(bytes, name);
}

/** Products with 0 are 0, but those of NaN and the infinities; a branch for each number would take five times as long. */
function allFinite(data: HostData): boolean {
  let sum = 0;
  for (let index = 0; index < data.length; index++) sum += data[index]! * 0;
  return sum === 0;
}

function agreementNeeded(
  storage: Storage,
  damaged: readonly DamagedCheckpoint[],
  predecessor: string,
): KdError {
  return new KdError(
    'CHECKPOINT',
    `The newest checkpoint in ${storage.location} is damaged: ${describeDamage(damaged)} The one before, '${predecessor}', is whole. To go on from it, and put the damaged one aside, pass resume: { fallback: true } (kd: --resume --fall-back).`,
    { details: { damaged, predecessor } },
  );
}

function describeDamage(damaged: readonly Damage[]): string {
  return damaged.map(({ file, reason }) => `'${file}': ${reason}.`).join(' ');
}

function formatOf(bytes: Uint8Array): string | undefined {
  try {
    return decodeSafetensors(bytes).metadata.format;
  } catch {
    return undefined;
  }
}
