import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { HostTensor } from 'kd-core';
import { describe, expect, it } from 'vitest';
import type { BatchWorkerOptions } from '../../testing/batch-worker.ts';
import { serveBatches } from './serve-batches.ts';
import { type WorkerLoader, type WorkerLoaderOptions, workerLoader } from './worker-loader.ts';

const program = new URL('../../testing/batch-worker.ts', import.meta.url);
const open = (options: BatchWorkerOptions, rest: Partial<WorkerLoaderOptions> = {}): Promise<WorkerLoader> =>
  workerLoader({ worker: () => new Worker(program), options, ...rest });

describe('workerLoader', () => {
  it('gives what the source says of itself, and its batches in any order', async () => {
    await using loader = await open({ steps: 3 }, { workers: 2 });
    expect(loader).toMatchObject({ length: 6, batchSize: 2, stepsPerEpoch: 3, views: { made: [1, 1, 1] } });
    expect(loader.samples).toEqual({ count: 3, labels: Int32Array.of(0, 1, -1) });
    expect(loader.variants).toBeUndefined();
    for (const [epoch, index] of [
      [0, 0],
      [0, 1],
      [0, 2],
      [1, 0],
      [5, 2],
      [0, 1],
      [0, 1],
    ] as const) {
      const { images, labels, variant } = await loader.batch(epoch, index);
      expect(images).toEqual(new HostTensor(Float32Array.of(epoch, index), [2, 1, 1, 1]));
      expect(labels).toEqual(new HostTensor(Int32Array.of(0, 1), [2]));
      expect(labels.data.buffer.byteLength).toBe(8);
      expect(variant).toBe(epoch);
    }
  });

  it('answers many at once, each with its own', async () => {
    await using loader = await open({ steps: 50 }, { workers: 2, prefetch: 3 });
    const batches = await Promise.all(Array.from({ length: 50 }, (_, index) => loader.batch(4, index)));
    expect(batches.map(({ images }) => images.data[1])).toEqual([...Array(50).keys()]);
  });

  it('makes no more batches ahead than it may', async () => {
    await using loader = await open({ steps: 100 }, { prefetch: 4 });
    await loader.batch(0, 0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    // The worker counts what it makes: the batch 0, then 1 to 4, and this one.
    expect((await loader.batch(0, 90)).views!.made!.data[0]).toBe(6);
  });

  it('rejects the batch that fails with the error of the source, and goes on', async () => {
    await using loader = await open({ steps: 4, at: { step: 2, does: 'throws' } }, { workers: 2 });
    await loader.batch(0, 1);
    await expect(loader.batch(0, 2)).rejects.toMatchObject({
      name: 'KdError',
      code: 'SHAPE_MISMATCH',
      message: 'Sample 4 is too small.',
      cause: { stack: expect.stringContaining('batch-worker.ts') },
    });
    expect((await loader.batch(0, 3)).variant).toBe(0);
  });

  it.each([
    ['ends', /^Worker 0 of the loader ended with exit code 7\.$/],
    ['crashes', /^Worker 0 of the loader failed: out of tune\.$/],
  ] as const)('says so when a worker %s', async (does, message) => {
    await using loader = await open({ steps: 9, at: { step: 1, does } }, { prefetch: 0 });
    const goOn = async (): Promise<never> => {
      for (;;) await loader.batch(0, 1);
    };
    await expect(goOn()).rejects.toMatchObject({ code: 'WORKER', message: expect.stringMatching(message) });
    await expect(loader.batch(0, 4)).rejects.toMatchObject({ code: 'WORKER' });
  });

  it('refuses tensors that a source gives a second time', async () => {
    await using loader = await open({ steps: 1, at: { step: 0, does: 'gives again' } }, { prefetch: 0 });
    await loader.batch(0, 0);
    await expect(loader.batch(0, 0)).rejects.toThrow(/gives a tensor again .* make new tensors/);
  });

  it('rejects what is waited for when it is disposed of, and everything after', async () => {
    const loader = await open({ steps: 9 });
    await loader.batch(0, 0);
    const asked = Promise.allSettled(Array.from({ length: 9 }, (_, index) => loader.batch(7, index)));
    await loader.dispose();
    await loader.dispose();
    expect((await asked).at(-1)).toMatchObject({ status: 'rejected', reason: { code: 'INVALID_ARGUMENT' } });
    await expect(loader.batch(0, 0)).rejects.toThrow('This loader has been disposed of.');
  });

  it('refuses batches that do not exist', async () => {
    await using loader = await open({ steps: 2 });
    await expect(loader.batch(0, 2)).rejects.toThrow(/batches 0\.\.1, but batch 2/);
    await expect(loader.batch(-1, 0)).rejects.toThrow(/epoch must be a whole number/);
  });
});

describe('workerLoader refuses', () => {
  it('a source that cannot be opened, with its error', async () => {
    await expect(open({ steps: 1, refuses: 'no such file' }, { workers: 2 })).rejects.toMatchObject({
      code: 'PARSE',
      message: 'no such file',
    });
  });

  it('a worker that cannot be started', async () => {
    const worker = (): Worker => new Worker(new URL('./nowhere.ts', import.meta.url));
    await expect(workerLoader({ worker })).rejects.toMatchObject({
      code: 'WORKER',
      message: expect.stringMatching(/^Worker 0 of the loader failed: Cannot find module/),
    });
  });

  it('options that cannot be sent', async () => {
    await expect(open({ steps: (() => 1) as unknown as number })).rejects.toThrow(
      /must be data that can be sent/,
    );
  });

  it('workers whose sources differ', async () => {
    let steps = 1;
    const worker = (): Worker => {
      const started = new Worker(program);
      const send = started.postMessage.bind(started);
      started.postMessage = () => send({ kind: 'open', options: { steps: steps++ } });
      return started;
    };
    await expect(workerLoader({ worker, workers: 2 })).rejects.toThrow(
      /one has 2 samples in 1 batches of 2 and another 4 samples in 2 batches of 2/,
    );
  });

  it.each<[Partial<WorkerLoaderOptions>, RegExp]>([
    [{ workers: 0 }, /workers must be a positive integer, got 0/],
    [{ workers: 1.5 }, /workers must be a positive integer/],
    [{ prefetch: -1 }, /prefetch must be a whole number of batches/],
  ])('%j', async (options, message) => {
    await expect(open({ steps: 1 }, options)).rejects.toThrow(message);
  });
});

describe('serveBatches', () => {
  it('is for workers', () => {
    expect(() =>
      serveBatches(() => ({ length: 0, batchSize: 0, stepsPerEpoch: 0, batch: () => never() })),
    ).toThrow(/this is no worker/);
  });
});

describe('a process with a loader that nobody disposes of', () => {
  it('ends by itself, after what it waits for', async () => {
    const loader = new URL('./worker-loader.ts', import.meta.url);
    const source = `
      import { Worker } from 'node:worker_threads';
      import { workerLoader } from '${loader}';
      const loader = await workerLoader({ worker: () => new Worker(new URL('${program}')), options: { steps: 9 }, workers: 2 });
      console.log((await loader.batch(0, 8)).images.data.join());
    `;
    const folder = await mkdtemp(join(tmpdir(), 'kd-workers-'));
    try {
      await writeFile(join(folder, 'main.mjs'), source);
      const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'main.mjs')], {
        timeout: 20_000,
      });
      expect(stdout).toBe('0,8\n');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

function never(): never {
  throw new Error('not called');
}
