import fc from 'fast-check';
import { encodeSafetensors, HostTensor } from 'kd-core';
import { describe, expect, it } from 'vitest';
import {
  type Checkpoint,
  checkpointName,
  listCheckpoints,
  loadBestCheckpoint,
  loadLatestCheckpoint,
  memoryStorage,
  removeCheckpoints,
  type Storage,
  saveCheckpoint,
} from '../index.ts';
import { checkpointAt } from '../testing/checkpoint-at.ts';
import { putAside, removeUnfinished } from './checkpoint-store.ts';
import { decodeCheckpoint, encodeCheckpoint } from './encode-checkpoint.ts';

const name = checkpointName(5);

describe('the two files of a checkpoint', () => {
  it('come back bit for bit, whatever the numbers', async () => {
    const checkpoint = checkpointAt(5, { loss: Number.NaN, best: true });
    const { totals } = checkpoint.progress;
    const odd: Checkpoint = {
      ...checkpoint,
      progress: {
        ...checkpoint.progress,
        totals: { ...totals, loss: -0, terms: { a: -Infinity, b: 1e-320 } },
      },
    };
    expect(await decodeCheckpoint(name, await encodeCheckpoint(odd))).toEqual({ checkpoint: odd });
    expect(await encodeCheckpoint(odd)).toEqual(await encodeCheckpoint(odd));
  });

  it.each(['manifest', 'tensors'] as const)(
    'are refused when the %s is cut or changed anywhere',
    async (file) => {
      const files = await encodeCheckpoint(checkpointAt(5));
      const { length } = files[file];
      const damageOf = async (bytes: Uint8Array): Promise<string | undefined> => {
        const read = await decodeCheckpoint(name, { ...files, [file]: bytes });
        return 'damage' in read ? read.damage.file : undefined;
      };
      const expected = file === 'manifest' ? `${name}.json` : `${name}.safetensors`;
      await fc.assert(
        fc.asyncProperty(fc.nat(length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
          expect(await damageOf(files[file].slice(0, at))).toBe(expected);
          const altered = files[file].slice();
          altered[at] = altered[at]! ^ change;
          // A digit of the format may become a higher one: then it is refused as that of a newer version.
          expect(await damageOf(altered).catch((error: Error) => error.message)).toContain(expected);
        }),
        { numRuns: 100 },
      );
    },
  );

  it('are refused when the tensors are those of another checkpoint, or both have other names', async () => {
    const [five, six] = [await encodeCheckpoint(checkpointAt(5)), await encodeCheckpoint(checkpointAt(6))];
    expect(await decodeCheckpoint(name, { ...five, tensors: six.tensors })).toMatchObject({
      damage: { file: `${name}.safetensors`, reason: expect.stringContaining('SHA-256') },
    });
    expect(await decodeCheckpoint(name, six)).toMatchObject({
      damage: { file: `${name}.json`, reason: expect.stringContaining(`manifest of '${checkpointName(6)}'`) },
    });
    expect(await decodeCheckpoint(name, { ...five, tensors: undefined })).toMatchObject({
      damage: { reason: 'it is not there' },
    });
  });
});

describe('the store of checkpoints', () => {
  const save = (storage: Storage, step: number, best = false): Promise<string> =>
    saveCheckpoint(storage, checkpointAt(step, { best }), { keep: 2 });

  it('keeps the newest, and leaves other files alone', async () => {
    const storage = memoryStorage();
    await storage.write('notes.txt', new Uint8Array(1));
    for (const step of [8, 9, 10, 11]) await save(storage, step);
    expect(await listCheckpoints(storage)).toEqual([checkpointName(11), checkpointName(10)]);
    expect(await storage.list()).toEqual([
      ...[10, 11].flatMap((step) => [`${checkpointName(step)}.json`, `${checkpointName(step)}.safetensors`]),
      'notes.txt',
    ]);
  });

  it('keeps the best beside the newest, until there is a better one', async () => {
    const storage = memoryStorage();
    const kept = async (): Promise<number[]> =>
      (await listCheckpoints(storage)).map((each) => Number(each.slice('checkpoint-'.length)));
    for (const step of [1, 2, 3]) await save(storage, step);
    expect(await loadBestCheckpoint(storage)).toBeUndefined();
    await save(storage, 4, true);
    for (const step of [5, 6, 7]) await save(storage, step);
    expect(await kept()).toEqual([7, 6, 4]);
    expect(await loadBestCheckpoint(storage)).toMatchObject({ name: checkpointName(4) });
    await save(storage, 8, true);
    expect(await kept()).toEqual([8, 7]);
    await save(storage, 9);
    await save(storage, 10);
    expect(await kept()).toEqual([10, 9, 8]);
    expect((await loadBestCheckpoint(storage))?.checkpoint.progress.step).toBe(8);

    // What is wrong with others does not matter.
    await storage.remove(`${checkpointName(10)}.safetensors`);
    expect((await loadBestCheckpoint(storage))?.name).toBe(checkpointName(8));
    await storage.remove(`${checkpointName(8)}.safetensors`);
    await expect(loadBestCheckpoint(storage)).rejects.toThrow(
      /'checkpoint-0000000008\.safetensors': it is not there/,
    );
  });

  it('commits with the manifest: whatever a crash leaves, there is a whole checkpoint', async () => {
    const inner = memoryStorage();
    let left = Number.POSITIVE_INFINITY;
    const change = async (act: () => Promise<void>): Promise<void> => {
      if (left === 0) throw new Error('power cut');
      left -= 1;
      await act();
    };
    const storage: Storage = {
      ...inner,
      write: (file, bytes) => change(() => inner.write(file, bytes)),
      remove: (file) => change(() => inner.remove(file)),
    };
    for (const step of [1, 2]) await save(storage, step);
    for (let changes = 0; changes < 4; changes++) {
      left = changes;
      await expect(save(storage, 3 + changes)).rejects.toThrow('power cut');
      left = Number.POSITIVE_INFINITY;
      // The manifest is the second change; what comes after only removes.
      const newest = changes < 2 ? 2 : 3 + changes;
      expect((await loadLatestCheckpoint(storage))?.checkpoint.progress.step).toBe(newest);
    }
    await removeUnfinished(storage);
    await save(storage, 9);
    expect(await listCheckpoints(storage)).toHaveLength(2);
    expect(await storage.list()).toHaveLength(4);
  });

  it('writes a checkpoint anew without a moment in which it is damaged', async () => {
    const storage = memoryStorage();
    await save(storage, 1);
    await save(storage, 2);
    const broken: Storage = {
      ...storage,
      async write(file, bytes) {
        await storage.write(file, bytes);
        throw new Error('power cut');
      },
    };
    const other = { ...checkpointAt(2), tensors: { w: new HostTensor(new Float32Array(1), []) } };
    await expect(saveCheckpoint(broken, other, { keep: 2 })).rejects.toThrow('power cut');
    expect((await loadLatestCheckpoint(storage))?.name).toBe(checkpointName(1));
  });

  it('passes over a damaged checkpoint only where that is agreed to', async () => {
    const storage = memoryStorage();
    for (const step of [10, 20]) await save(storage, step);
    const file = `${checkpointName(20)}.safetensors`;
    const whole = (await storage.read(file))!;
    await storage.write(file, whole.slice(0, whole.length - 3));
    const refused = loadLatestCheckpoint(storage);
    await expect(refused).rejects.toMatchObject({
      code: 'CHECKPOINT',
      details: { predecessor: checkpointName(10), damaged: [{ name: checkpointName(20), file }] },
    });
    await expect(refused).rejects.toThrow(
      `'${file}': it has ${whole.length - 3} bytes, and was written with ${whole.length}. The one before, '${checkpointName(10)}', is whole. To go on from it, and put the damaged one aside, pass resume: { fallback: true } (kd: --resume --fall-back).`,
    );
    const loaded = await loadLatestCheckpoint(storage, { fallback: true });
    expect(loaded?.name).toBe(checkpointName(10));
    expect(loaded?.damaged.map((each) => each.file)).toEqual([file]);

    await storage.write(`${checkpointName(10)}.json`, new Uint8Array(4));
    await expect(loadLatestCheckpoint(storage, { fallback: true })).rejects.toThrow(
      /None of the checkpoints in memory can be used.*0000000010\.json': it is cut or not JSON/,
    );
  });

  it('never writes a state with NaN, and names the good checkpoint that is left', async () => {
    const storage = memoryStorage();
    await save(storage, 1);
    const bad = saveCheckpoint(storage, checkpointAt(2, { value: Number.NaN }), { keep: 1 });
    await expect(bad).rejects.toMatchObject({ code: 'NON_FINITE' });
    await expect(bad).rejects.toThrow(`'student/params/w' holds NaN or infinity`);
    await expect(bad).rejects.toThrow(checkpointName(1));
    expect(await listCheckpoints(storage)).toEqual([checkpointName(1)]);
  });

  it('does not take a checkpoint of the old format for the rest of a write', async () => {
    const storage = memoryStorage();
    const file = `${checkpointName(3)}.safetensors`;
    const old = encodeSafetensors({}, { format: 'kd-checkpoint/1', training: '{}', sha256: '' });
    await storage.write(file, old);
    await expect(removeUnfinished(storage)).rejects.toMatchObject({
      code: 'CHECKPOINT',
      message: expect.stringContaining(`'${file}' in memory is a checkpoint of the old format`),
    });
    expect(await storage.read(file)).toEqual(new Uint8Array(old));
  });

  it('removes what is of checkpoints, and nothing else', async () => {
    const storage = memoryStorage();
    await storage.write('notes.json', new Uint8Array(1));
    for (const step of [1, 2, 3]) await save(storage, step);
    await putAside(storage, checkpointName(3));
    await storage.remove(`${checkpointName(2)}.json`);
    expect(await storage.list()).toHaveLength(4);
    await removeCheckpoints(storage);
    expect(await storage.list()).toEqual(['notes.json']);
  });

  it('has nothing to load from an empty storage', async () => {
    expect(await loadLatestCheckpoint(memoryStorage())).toBeUndefined();
  });
});
