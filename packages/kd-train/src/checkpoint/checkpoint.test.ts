import fc from 'fast-check';
import { HostTensor } from 'kd-core';
import { describe, expect, it } from 'vitest';
import {
  type Checkpoint,
  checkpointName,
  decodeCheckpoint,
  encodeCheckpoint,
  listCheckpoints,
  loadLatestCheckpoint,
  memoryStorage,
  type StageName,
  saveCheckpoint,
} from '../index.ts';
import { configurationDifferences } from './compare-configuration.ts';

function checkpointAt(step: number, value = step, stage: StageName = 'main'): Checkpoint {
  return {
    tensors: {
      'student/params/w': new HostTensor(new Float32Array([value, 0.1, -3.5]), [3]),
      count: new HostTensor(new Int32Array([7]), []),
    },
    progress: {
      stage,
      step,
      epoch: 1,
      key: [1, 2],
      backend: 'tfjs-cpu',
      configuration: { optimizer: { name: 'sgd', momentum: 0.9 } },
      schedules: {},
      history: [],
      totals: { samples: 3, loss: 0.1 + 0.2, terms: { a: 1 / 3 }, correct: 2 },
    },
  };
}

describe('checkpoint files', () => {
  it('come back bit for bit', async () => {
    const checkpoint = checkpointAt(5);
    expect(await decodeCheckpoint(await encodeCheckpoint(checkpoint))).toEqual(checkpoint);
  });

  it('are refused when cut anywhere or changed in any byte of their content', async () => {
    const bytes = await encodeCheckpoint(checkpointAt(5));
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), async (length) => {
        await expect(decodeCheckpoint(bytes.slice(0, length))).rejects.toMatchObject({
          code: expect.stringMatching(/^(PARSE|CHECKPOINT)$/),
        });
      }),
      { numRuns: 100 },
    );
    const dataBytes = 16;
    await fc.assert(
      fc.asyncProperty(fc.nat(dataBytes - 1), fc.integer({ min: 1, max: 255 }), async (offset, change) => {
        const altered = bytes.slice();
        const position = bytes.length - 1 - offset;
        altered[position] = altered[position]! ^ change;
        await expect(decodeCheckpoint(altered)).rejects.toThrow(/does not match its SHA-256/);
      }),
      { numRuns: 50 },
    );
  });
});

describe('the store of checkpoints', () => {
  it('keeps the newest, and leaves other files alone', async () => {
    const storage = memoryStorage();
    await storage.write('notes.txt', new Uint8Array(1));
    for (const step of [8, 9, 10, 11]) await saveCheckpoint(storage, checkpointAt(step), { keep: 2 });
    expect(await listCheckpoints(storage)).toEqual([checkpointName(11), checkpointName(10)]);
    expect(await storage.list()).toContain('notes.txt');
  });

  it('falls back to the one before a torn file, naming it', async () => {
    const storage = memoryStorage();
    await saveCheckpoint(storage, checkpointAt(10), { keep: 3 });
    await saveCheckpoint(storage, checkpointAt(20), { keep: 3 });
    const whole = (await storage.read(checkpointName(20)))!;
    await storage.write(checkpointName(20), whole.slice(0, whole.length - 3));
    const loaded = await loadLatestCheckpoint(storage);
    expect(loaded?.name).toBe(checkpointName(10));
    expect(loaded?.checkpoint.progress.step).toBe(10);
    expect(loaded?.damaged.map(({ name }) => name)).toEqual([checkpointName(20)]);

    await storage.write(checkpointName(10), new Uint8Array(4));
    await expect(loadLatestCheckpoint(storage)).rejects.toThrow(
      /None of the checkpoints in memory can be used/,
    );
  });

  it('never writes a state with NaN, and names the good checkpoint that is left', async () => {
    const storage = memoryStorage();
    await saveCheckpoint(storage, checkpointAt(1), { keep: 1 });
    const bad = saveCheckpoint(storage, checkpointAt(2, Number.NaN), { keep: 1 });
    await expect(bad).rejects.toMatchObject({ code: 'NON_FINITE' });
    await expect(bad).rejects.toThrow(`'student/params/w' holds NaN or infinity`);
    await expect(bad).rejects.toThrow(checkpointName(1));
    expect(await listCheckpoints(storage)).toEqual([checkpointName(1)]);
  });

  it('has nothing to load from an empty storage', async () => {
    expect(await loadLatestCheckpoint(memoryStorage())).toBeUndefined();
  });
});

describe('configurationDifferences', () => {
  it('names each value that differs by its path', () => {
    const before = { a: { b: 1, c: [1, 2] }, d: 'x' };
    const now = { a: { b: 2, c: [1, 2] }, e: true };
    expect(configurationDifferences(before, now)).toEqual([
      'a/b: 1 in the checkpoint, 2 now',
      'd: "x" in the checkpoint, null now',
      'e: null in the checkpoint, true now',
    ]);
    expect(configurationDifferences(before, { d: 'x', a: { c: [1, 2], b: 1 } })).toEqual([]);
  });
});
