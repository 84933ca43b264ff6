import { KdError } from 'kd-core';
import { sha256 } from '../hash.ts';
import type { TrainingProgress } from './checkpoint.ts';
import { checkpointName, manifestFile, tensorFile } from './checkpoint-files.ts';
import { exactJson, parseExactJson } from './exact-json.ts';
import { manifestSchema } from './manifest-schema.ts';

const FAMILY = 'kd-checkpoint/';
const VERSION = 2;

/** What the metadata of the tensor file and the manifest call themselves. */
export const CHECKPOINT_FORMAT: string = `${FAMILY}${VERSION}`;

/** No real manifest comes near: a thousand epochs with validation take three. */
const MAXIMAL_BYTES = 64 * 2 ** 20;

/** The last line: a hash of everything before it. */
const SEAL = /,\n "sha256": "([0-9a-f]{64})"\n\}\n$/;
const seal = (hash: string): string => `,\n "sha256": "${hash}"\n}\n`;

/** What a checkpoint says in JSON: everything but its tensors, and which file has those. */
export interface CheckpointManifest {
  readonly format: string;
  /** That of the checkpoint, and of its files without their extensions. */
  readonly name: string;
  readonly best: boolean;
  readonly software: Readonly<Record<string, string>>;
  readonly tensors: { readonly file: string; readonly bytes: number; readonly sha256: string };
  readonly progress: TrainingProgress;
}

/** A file of a checkpoint that is not as it was written, and why. */
export interface Damage {
  readonly file: string;
  readonly reason: string;
}

/** The bytes of a manifest, which end with the SHA-256 of what stands before. */
export async function encodeManifest(manifest: CheckpointManifest): Promise<Uint8Array> {
  const body = exactJson(manifest);
  const text = body.slice(0, body.lastIndexOf('\n}')) + seal(await hashText(body));
  return new TextEncoder().encode(text);
}

/**
 * The manifest in the bytes of the file of `name`, or what is wrong with them. Throws `CHECKPOINT` for one of a newer format, which is
 * not damaged and must not be passed over.
 */
export async function decodeManifest(
  bytes: Uint8Array,
  name: string,
): Promise<{ readonly manifest: CheckpointManifest } | { readonly damage: Damage }> {
  const damaged = (reason: string) => ({ damage: { file: manifestFile(name), reason } });
  if (bytes.length > MAXIMAL_BYTES) {
    return damaged(`it has ${bytes.length} bytes, and ${MAXIMAL_BYTES} is the most allowed`);
  }
  let text: string;
  let content: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    content = parseExactJson(text);
  } catch (error) {
    // Text nested too deeply is a RangeError.
    return damaged(`it is cut or not JSON (${(error as Error).message.slice(0, 200)})`);
  }
  refuseNewerFormat(content, name);
  const found = SEAL.exec(text);
  if (found === null || (await hashText(`${text.slice(0, found.index)}\n}`)) !== found[1]) {
    return damaged('its content does not match the SHA-256 at its end: it was changed or cut');
  }
  const mistake = firstMistake(content);
  if (mistake !== undefined) return damaged(mistake);
  const manifest = content as CheckpointManifest;
  if (manifest.format !== CHECKPOINT_FORMAT) {
    return damaged(`its format is '${manifest.format.slice(0, 50)}' instead of '${CHECKPOINT_FORMAT}'`);
  }
  const { stage, step } = manifest.progress;
  const names = [manifest.name, checkpointName(step, stage), manifest.tensors.file];
  if (names.join() !== [name, name, tensorFile(name)].join()) {
    return damaged(`it is the manifest of '${names.join("', '").slice(0, 200)}', under another name`);
  }
  return { manifest };
}

/** Of a manifest that begins as `encodeManifest` writes them, whole or not: whether it calls itself the best. */
export function saysBest(bytes: Uint8Array): boolean {
  const [format, name, best] = new TextDecoder().decode(bytes.subarray(0, 300)).split('\n').slice(1);
  return format === ` "format": "${CHECKPOINT_FORMAT}",` && name !== undefined && best === ' "best": true,';
}

function firstMistake(content: unknown): string | undefined {
  try {
    const checked = manifestSchema.safeParse(content);
    if (checked.success) return undefined;
    const { path, message } = checked.error.issues[0]!;
    return `'${path.join('/')}' in it is not as the format says: ${message}`.slice(0, 500);
  } catch {
    return 'it is nested too deeply';
  }
}

function refuseNewerFormat(content: unknown, name: string): void {
  const { format, software } = (content ?? {}) as { readonly format?: unknown; readonly software?: unknown };
  if (typeof format !== 'string' || !format.startsWith(FAMILY)) return;
  const version = Number(format.slice(FAMILY.length));
  if (!(version > VERSION)) return;
  const writer = (software as Readonly<Record<string, unknown>> | undefined)?.['kd-train'];
  const by = typeof writer === 'string' ? `, written by kd-train ${writer.slice(0, 50)}` : '';
  throw new KdError(
    'CHECKPOINT',
    `'${manifestFile(name)}' is of the format '${format.slice(0, 50)}'${by}; this version reads formats up to '${CHECKPOINT_FORMAT}'. Update kd-train to continue that run, or start a new one in another storage.`,
    { details: { name, format, supported: CHECKPOINT_FORMAT } },
  );
}

function hashText(text: string): Promise<string> {
  return sha256(new TextEncoder().encode(text));
}
