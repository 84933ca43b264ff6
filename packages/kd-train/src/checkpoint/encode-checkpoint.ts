import { decodeSafetensors, encodeSafetensors, KdError } from 'kd-core';
import { sha256 } from '../hash.ts';
import type { Checkpoint } from './checkpoint.ts';
import { checkpointName, tensorFile } from './checkpoint-files.ts';
import {
  CHECKPOINT_FORMAT,
  type CheckpointManifest,
  type Damage,
  decodeManifest,
  encodeManifest,
} from './manifest.ts';

/** The two files of a checkpoint. */
export interface EncodedCheckpoint {
  /** A safetensors file of all tensors. */
  readonly tensors: Uint8Array;
  /** JSON with everything else, and the size and SHA-256 of the tensors. */
  readonly manifest: Uint8Array;
}

/** The same checkpoint gives the same bytes. Hashing, which takes longest, is done where the runtime's cryptography runs. */
export async function encodeCheckpoint({
  tensors,
  progress,
  best = false,
  software = {},
}: Checkpoint): Promise<EncodedCheckpoint> {
  const name = checkpointName(progress.step, progress.stage);
  const bytes = encodeSafetensors(tensors, { format: CHECKPOINT_FORMAT });
  const file = { file: tensorFile(name), bytes: bytes.length, sha256: await sha256(bytes) };
  const manifest: CheckpointManifest = {
    format: CHECKPOINT_FORMAT,
    name,
    best,
    software,
    tensors: file,
    progress,
  };
  return { tensors: bytes, manifest: await encodeManifest(manifest) };
}

/**
 * The checkpoint `name` of its two files, or which of them is damaged; `undefined` is a file that is not there. Throws
 * `CHECKPOINT` for a newer format.
 */
export async function decodeCheckpoint(
  name: string,
  files: { readonly manifest: Uint8Array; readonly tensors: Uint8Array | undefined },
): Promise<{ readonly checkpoint: Required<Checkpoint> } | { readonly damage: Damage }> {
  const decoded = await decodeManifest(files.manifest, name);
  if ('damage' in decoded) return decoded;
  const { progress, best, software, tensors: expected } = decoded.manifest;
  const damaged = (reason: string) => ({ damage: { file: tensorFile(name), reason } });
  const { tensors: bytes } = files;
  if (bytes === undefined) return damaged('it is not there');
  if (bytes.length !== expected.bytes) {
    return damaged(`it has ${bytes.length} bytes, and was written with ${expected.bytes}`);
  }
  if ((await sha256(bytes)) !== expected.sha256) {
    return damaged('its content does not match its SHA-256 in the manifest: it was changed');
  }
  try {
    return { checkpoint: { tensors: decodeSafetensors(bytes).tensors, progress, best, software } };
  } catch (error) {
    if (!KdError.isInstance(error)) throw error;
    return damaged(error.message);
  }
}
