import { createTfjsBackend } from 'kd-backend-tfjs';
import { type Backend, KdError } from 'kd-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  checkpointName,
  listCheckpoints,
  loadLatestCheckpoint,
  memoryStorage,
  runTraining,
  type Storage,
  type TrainingOptions,
} from '../index.ts';
import { toyRun } from '../testing/toy-run.ts';

let backend: Backend;
beforeAll(async () => {
  backend = await createTfjsBackend();
});

/** A storage whose writes wait for `gate`, and that knows how many were under way at once. */
function slowStorage(gate: () => Promise<void>): {
  storage: Storage;
  most: () => number;
  idle: () => boolean;
} {
  const inner = memoryStorage();
  let underWay = 0;
  let most = 0;
  const storage: Storage = {
    ...inner,
    async write(name, bytes) {
      underWay += 1;
      most = Math.max(most, underWay);
      try {
        await gate();
        await inner.write(name, bytes);
      } finally {
        underWay -= 1;
      }
    },
  };
  return { storage, most: () => most, idle: () => underWay === 0 };
}

const longRun = (changes: Partial<TrainingOptions>): TrainingOptions =>
  toyRun(backend, { epochs: 6, ...changes });

describe('checkpoints behind the training', () => {
  it('do not stop it, until the next one is due', async () => {
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const { storage, most } = slowStorage(() => gate);
    const steps: number[] = [];
    const run = runTraining(longRun({ checkpoint: { storage, every: 5 } }), {
      step: ({ step }) => {
        steps.push(step);
        // The steps up to the second checkpoint are made while the first one waits.
        if (step === 9) setTimeout(open, 50);
      },
      checkpoint: ({ step }) => void steps.push(-step),
    });
    await run;
    expect(steps.slice(0, 10)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(steps[10]).toBe(-5);
    expect(steps.filter((step) => step < 0)).toEqual([-5, -10, -15, -18]);
    expect(most()).toBe(1);
  });

  it('hold the state of their step, not a later one', async () => {
    const slow = slowStorage(() => new Promise((resolve) => setTimeout(resolve, 30)));
    const [slowly, atOnce] = [slow.storage, memoryStorage()];
    for (const storage of [slowly, atOnce]) {
      const crash = runTraining(longRun({ checkpoint: { storage, every: 7 } }), {
        step: ({ step }) => {
          if (step === 11) throw new Error('power cut');
        },
      });
      await expect(crash).rejects.toThrow('power cut');
      // The end of the run waited for the write.
      expect(slow.idle()).toBe(true);
    }
    const [one, other] = [await loadLatestCheckpoint(slowly), await loadLatestCheckpoint(atOnce)];
    expect(one?.name).toBe(checkpointName(7));
    expect(one).toEqual(other);
  });

  it('are waited for by a run that is stopped', async () => {
    const { storage } = slowStorage(() => new Promise((resolve) => setTimeout(resolve, 20)));
    const stop = new AbortController();
    const result = await runTraining(longRun({ checkpoint: { storage, every: 4 }, signal: stop.signal }), {
      step: ({ step }) => {
        if (step === 4) stop.abort();
      },
    });
    expect(result).toMatchObject({ reason: 'interrupted', step: 5 });
    expect(await listCheckpoints(storage)).toEqual([checkpointName(5), checkpointName(4)]);
  });

  it.each([
    ['at the next step', { every: 4 }],
    ['at the end', { every: 100 }],
  ])('that cannot be written end the run %s', async (_when, { every }) => {
    const full = (): Promise<void> => Promise.reject(new KdError('STORAGE', 'The disk is full.'));
    const { storage } = slowStorage(full);
    let last = -1;
    const run = runTraining(longRun({ checkpoint: { storage, every } }), {
      step: ({ step }) => {
        last = step;
      },
    });
    await expect(run).rejects.toMatchObject({ code: 'STORAGE', message: 'The disk is full.' });
    expect(last).toBeLessThan(Math.min(2 * every, 18));
    expect(await storage.list()).toEqual([]);
  });
});

it('refuses a resume option that is none', async () => {
  const checkpoint = { storage: memoryStorage() };
  const options = toyRun(backend, { checkpoint, resume: { fallback: 'yes' } as never });
  await expect(runTraining(options)).rejects.toThrow(
    /resume must be true, false or \{ fallback: true \}, got \{"fallback":"yes"\}/,
  );
});
