import { describe, expect, it } from 'vitest';
import { sha256 } from '../hash.ts';
import { checkpointAt } from '../testing/checkpoint-at.ts';
import { checkpointName } from './checkpoint-files.ts';
import { encodeCheckpoint } from './encode-checkpoint.ts';
import { type CheckpointManifest, decodeManifest, encodeManifest } from './manifest.ts';

const name = checkpointName(5);
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

async function manifest(): Promise<CheckpointManifest> {
  const { manifest: bytes } = await encodeCheckpoint(checkpointAt(5));
  const read = await decodeManifest(bytes, name);
  if ('damage' in read) throw new Error(read.damage.reason);
  return read.manifest;
}

/** A manifest with `change` made in its text, and the SHA-256 of that. */
async function altered(change: (body: string) => string): Promise<Uint8Array> {
  const body = change(JSON.stringify(await manifest(), null, 1));
  return bytesOf(`${body.slice(0, -2)},\n "sha256": "${await sha256(bytesOf(body))}"\n}\n`);
}

/** Why a manifest is refused that has a right SHA-256, as one has who means harm. */
async function reasonOf(change: (whole: CheckpointManifest) => unknown): Promise<string> {
  const altered = change(await manifest()) as CheckpointManifest;
  const read = await decodeManifest(await encodeManifest(altered), name);
  return 'damage' in read ? read.damage.reason : 'taken';
}

describe('a manifest', () => {
  it('is readable JSON that ends with the SHA-256 of what stands before', async () => {
    const { manifest: bytes } = await encodeCheckpoint(checkpointAt(5));
    const text = new TextDecoder().decode(bytes);
    const { sha256: seal, ...rest } = JSON.parse(text) as Record<string, unknown>;
    expect(rest).toMatchObject({ format: 'kd-checkpoint/2', name, progress: { step: 5 } });
    expect(seal).toBe(await sha256(bytesOf(JSON.stringify(rest, null, 1))));
  });

  it.each<[string, (whole: CheckpointManifest) => unknown, RegExp]>([
    ['files elsewhere', (m) => ({ ...m, tensors: { ...m.tensors, file: '../other' } }), /under another name/],
    ['another step', (m) => ({ ...m, progress: { ...m.progress, step: 6 } }), /under another name/],
    ['a negative size', (m) => ({ ...m, tensors: { ...m.tensors, bytes: -1 } }), /'tensors\/bytes'/],
    ['no progress', ({ progress: _, ...m }) => m, /'progress'/],
    ['a step that is text', (m) => ({ ...m, progress: { ...m.progress, step: '5' } }), /'progress\/step'/],
    ['a key of three', (m) => ({ ...m, progress: { ...m.progress, key: [1, 2, 3] } }), /'progress\/key'/],
    [
      'a history that is none',
      (m) => ({ ...m, progress: { ...m.progress, history: [{}] } }),
      /'progress\/history\/0/,
    ],
    ['a list', () => [1, 2], /./],
    ['an older format', (m) => ({ ...m, format: 'kd-checkpoint/1' }), /its format is 'kd-checkpoint\/1'/],
  ])('with %s is refused, and says where', async (_what, change, reason) => {
    expect(await reasonOf(change)).toMatch(reason);
    expect(await reasonOf(change)).not.toBe('taken');
  });

  it.each(['__proto__', 'constructor', 'prototype'])("with the key '%s' is refused", async (key) => {
    const bytes = await altered((body) => body.replace('"software": {', `"software": {"${key}": {},`));
    expect(await decodeManifest(bytes, name)).toMatchObject({
      damage: { reason: expect.stringContaining(`The key '${key}' is not allowed`) },
    });
  });

  it.each([500, 1000, 2000, 4000])(
    'with lists %d deep is taken or refused, and breaks nothing',
    async (depth) => {
      const lists = `${'['.repeat(depth)}${']'.repeat(depth)}`;
      const bytes = await altered((body) =>
        body.replace('"configuration": {', `"configuration": {"deep": ${lists},`),
      );
      const read = await decodeManifest(bytes, name);
      if (depth > 3000) expect(read).toMatchObject({ damage: { file: `${name}.json` } });
      else expect(Object.keys(read)).toHaveLength(1);
    },
  );

  it.each([
    ['nested without end', bytesOf('['.repeat(200_000) + ']'.repeat(200_000))],
    ['empty', new Uint8Array()],
    ['no text', new Uint8Array([0x7b, 0xff, 0x7d])],
    ['null', bytesOf('null')],
    ['too large', new Uint8Array(65 * 2 ** 20)],
  ])('that is %s is refused', async (_what, bytes) => {
    expect(await decodeManifest(bytes, name)).toMatchObject({ damage: { file: `${name}.json` } });
  });

  it('of a newer format says who wrote it and what to do', async () => {
    const newer = { ...(await manifest()), format: 'kd-checkpoint/3', software: { 'kd-train': '7.1.0' } };
    const refused = decodeManifest(await encodeManifest(newer), name);
    await expect(refused).rejects.toMatchObject({ code: 'CHECKPOINT' });
    await expect(refused).rejects.toThrow(
      `'${name}.json' is of the format 'kd-checkpoint/3', written by kd-train 7.1.0; this version reads formats up to 'kd-checkpoint/2'. Update kd-train`,
    );
  });
});
