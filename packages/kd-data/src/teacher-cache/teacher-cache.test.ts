import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  type BatchSource,
  type FrozenModel,
  type FrozenModelOutput,
  HostTensor,
  KdError,
  memoryStorage,
  prngKey,
  type Storage,
} from 'kd-core';
import { nodeStorage } from 'kd-core/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  arrayDataset,
  type CachedTeacher,
  createLoader,
  estimateTeacherCache,
  fillTeacherCache,
  openTeacherCache,
  padCropFlip,
  type TeacherCacheOptions,
} from '../index.ts';

const SAMPLES = 23;
const CLASSES = 6;

/** Images that differ in every pixel. */
const dataset = arrayDataset({
  name: 'waves',
  pixels: Float32Array.from({ length: SAMPLES * 4 * 4 * 3 }, (_, at) => 0.5 + 0.5 * Math.sin(at * at)),
  labels: Uint8Array.from({ length: SAMPLES }, (_, index) => index % 2),
  inputShape: [4, 4, 3],
  classNames: ['even', 'odd'],
});

function source(options: { variants?: number; shuffle?: boolean; seed?: number; batchSize?: number } = {}) {
  const { variants = 2, shuffle = true, seed = 1, batchSize = 5 } = options;
  return createLoader({
    dataset,
    batchSize,
    key: prngKey(seed),
    shuffle,
    transforms: [padCropFlip({ padding: 1 })],
    variants,
  });
}

/** A teacher that says of each image what its pixels alone determine, and counts the images that it sees. */
function teacher(fingerprint = 'one'): FrozenModel & { seen: number } {
  return {
    name: 'waves teacher',
    fingerprint,
    inputShape: [4, 4, 3],
    classes: CLASSES,
    taps: { stage1: [2, 3], pooled: [4] },
    seen: 0,
    async run({ data, shape }): Promise<FrozenModelOutput> {
      const count = shape[0]!;
      this.seen += count;
      const each = (size: number, factor: number): Float32Array =>
        Float32Array.from({ length: count * size }, (_, at) => {
          const image = [...data.subarray(Math.floor(at / size) * 48, (Math.floor(at / size) + 1) * 48)];
          return image.reduce((sum, pixel, place) => sum + pixel * Math.sin(factor * place + (at % size)), 0);
        });
      return {
        logits: new HostTensor(each(CLASSES, 1), [count, CLASSES]),
        taps: {
          stage1: new HostTensor(each(6, 2), [count, 2, 3]),
          pooled: new HostTensor(each(4, 3), [count, 4]),
        },
      };
    },
    async dispose() {},
  };
}

function open(storage: Storage, options: Partial<TeacherCacheOptions> = {}): Promise<CachedTeacher> {
  return openTeacherCache({ teacher: teacher(), storage, samples: SAMPLES, variants: 2, ...options });
}

/** All that a teacher says in the first `epochs` epochs, as one list of numbers. */
async function answers(model: FrozenModel, batches: BatchSource, epochs: number): Promise<number[]> {
  const all: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let index = 0; index < batches.stepsPerEpoch; index++) {
      const { images, indices, variant } = await batches.batch(epoch, index);
      const { logits, taps } = await model.run(images, { indices, variant: variant! });
      all.push(
        ...logits.data,
        ...Object.keys(taps)
          .sort()
          .flatMap((name) => [...taps[name]!.data]),
      );
    }
  }
  return all;
}

async function chunkNames(storage: Storage): Promise<readonly string[]> {
  return (await storage.list()).filter((name) => name.startsWith('outputs-'));
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kd-teacher-cache-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('a cached teacher', () => {
  it('says what the teacher says, bit for bit, and asks it once about each image', async () => {
    const live = teacher();
    const inner = teacher();
    const cached = await open(memoryStorage(), { teacher: inner });
    expect(await answers(cached, source(), 6)).toEqual(
      await answers(
        { ...live, run: async (images) => ({ ...(await live.run(images)), taps: {} }) },
        source(),
        6,
      ),
    );
    expect(inner.seen).toBe(2 * SAMPLES);
    expect(cached.count).toBe(cached.capacity);
    expect(cached.statistics).toEqual({ asked: 6 * SAMPLES, computed: 2 * SAMPLES });
  });

  it.each(['memory', 'files'])('remembers in another process what is on its storage: %s', async (kind) => {
    const storage = kind === 'memory' ? memoryStorage() : nodeStorage(folder);
    const first = await open(storage, { taps: ['stage1', 'pooled'] });
    const said = await answers(first, source(), 2);
    await first.dispose();
    for (const memoryBytes of [1e9, 0]) {
      const inner = teacher();
      const second = await open(storage, { teacher: inner, taps: ['stage1', 'pooled'], memoryBytes });
      expect(await answers(second, source({ seed: 1 }), 2)).toEqual(said);
      expect(inner.seen).toBe(0);
    }
  });

  it('keeps taps as float16, the first time as every other', async () => {
    const cached = await open(memoryStorage(), { taps: ['pooled'] });
    const { images, indices } = source().batch(0, 0);
    const ask = () => cached.run(images, { indices, variant: 0 });
    const [first, second, exact] = [await ask(), await ask(), await teacher().run(images)];
    expect([...second.taps.pooled!.data]).toEqual([...first.taps.pooled!.data]);
    for (const [at, value] of first.taps.pooled!.data.entries()) {
      expect(Math.abs(value - exact.taps.pooled!.data[at]!)).toBeLessThanOrEqual(
        2 ** -11 * Math.abs(value) + 2 ** -25,
      );
    }
    expect(Object.keys(first.taps)).toEqual(['pooled']);
  });

  it('keeps the largest logits exactly, and of the others their share', () => {
    return fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: CLASSES - 1 }), async (top) => {
        const cached = await open(memoryStorage(), { logits: { top } });
        const { images, indices } = source().batch(0, 0);
        const { logits } = await cached.run(images, { indices, variant: 0 });
        const exact = (await teacher().run(images)).logits;
        for (let row = 0; row < indices.data.length; row++) {
          const kept = [...logits.data.slice(row * CLASSES, (row + 1) * CLASSES)];
          const all = [...exact.data.slice(row * CLASSES, (row + 1) * CLASSES)];
          const largest = all.toSorted((a, b) => b - a).slice(0, top);
          for (const value of largest) expect(kept[all.indexOf(value)]).toBe(value);
          const mass = (values: number[]) => values.reduce((sum, value) => sum + Math.exp(value), 0);
          expect(mass(kept) / mass(all)).toBeCloseTo(1, 5);
          expect(new Set(kept.filter((value) => !largest.includes(value))).size).toBe(1);
        }
      }),
      { numRuns: 6 },
    );
  });

  it('gives overlapping calls what it gives alone', async () => {
    const batches = source();
    const cached = await open(memoryStorage());
    const calls = [0, 1, 0, 2].map((index) => {
      const { images, indices } = batches.batch(0, index);
      return cached.run(images, { indices, variant: 0 });
    });
    const [first, , again] = await Promise.all(calls);
    expect([...again!.logits.data]).toEqual([...first!.logits.data]);
  });
});

describe('a damaged cache', () => {
  const change = {
    'a changed byte': (bytes: Uint8Array) => bytes.with(bytes.length - 3, bytes.at(-3)! ^ 1),
    'a changed header': (bytes: Uint8Array) => bytes.with(54, bytes[54]! ^ 1),
    'a missing end': (bytes: Uint8Array) => bytes.slice(0, -7),
    'another file': () => new TextEncoder().encode('no chunk at all'),
    nothing: () => new Uint8Array(0),
  };
  it.each(Object.entries(change))('is computed again, not trusted: %s', async (_name, damage) => {
    const storage = memoryStorage();
    const first = await open(storage);
    const said = await answers(first, source(), 2);
    await first.flush();
    const [name] = await chunkNames(storage);
    await storage.write(name!, damage((await storage.read(name!))!));

    const warnings: string[] = [];
    const inner = teacher();
    const second = await open(storage, { teacher: inner, onWarning: (message) => warnings.push(message) });
    expect(warnings.join()).toMatch(/'outputs-000000.bin' in memory is damaged/);
    expect(await answers(second, source(), 2)).toEqual(said);
    expect(inner.seen).toBe(2 * SAMPLES);
    await second.flush();
    const third = teacher();
    await answers(await open(storage, { teacher: third }), source(), 2);
    expect(third.seen).toBe(0);
  });
});

describe('fillTeacherCache', () => {
  it('asks about every image ahead, so that training asks nothing more', async () => {
    const storage = memoryStorage();
    const cached = await open(storage);
    const told: number[] = [];
    for await (const { done, total } of fillTeacherCache(cached, source({ shuffle: false }))) {
      expect(total).toBe(2 * SAMPLES);
      told.push(done);
    }
    expect(told.at(-1)).toBe(2 * SAMPLES);
    const inner = teacher();
    const reopened = await open(storage, { teacher: inner });
    await answers(reopened, source({ batchSize: 7 }), 4);
    expect(inner.seen).toBe(0);
    const bytes = await Promise.all(
      (await chunkNames(storage)).map(async (name) => (await storage.read(name))!),
    );
    const headers = 60 * bytes.length;
    expect(bytes.reduce((sum, { length }) => sum + length, 0) - headers).toBe(
      estimateTeacherCache({ teacher: inner, samples: SAMPLES, variants: 2 }),
    );
  });

  it('keeps what it has when it is left early, and goes on from there', async () => {
    const storage = memoryStorage();
    const cached = await open(storage);
    for await (const { done } of fillTeacherCache(cached, source({ shuffle: false }))) if (done >= 15) break;
    const inner = teacher();
    const again = await open(storage, { teacher: inner });
    for await (const _ of fillTeacherCache(again, source({ shuffle: false })));
    expect(inner.seen).toBe(2 * SAMPLES - 15);
  });

  it('refuses a source whose images do not come again', async () => {
    const endless = createLoader({ dataset, batchSize: 5, key: prngKey(1), transforms: [padCropFlip()] });
    const filling = fillTeacherCache(await open(memoryStorage()), endless);
    await expect(filling.next()).rejects.toThrow(/new images in every epoch/);
  });
});

describe('openTeacherCache refuses', () => {
  const code = (error: unknown) => (KdError.isInstance(error) ? error.code : error);
  const refusal = (promise: Promise<unknown>) => promise.then(() => 'nothing', code);

  it('outputs of another teacher, or in another form, and changes nothing', async () => {
    const storage = memoryStorage();
    await answers(await open(storage), source(), 1);
    for (const options of [
      { teacher: teacher('two') },
      { logits: { top: 2 } },
      { taps: ['pooled'] },
    ] satisfies Partial<TeacherCacheOptions>[]) {
      expect(await refusal(open(storage, options))).toBe('STORAGE');
    }
    expect(await refusal(open(storage))).toBe('nothing');
  });

  it('images that are not those that were seen, naming the sample', async () => {
    const cached = await open(memoryStorage());
    await answers(cached, source(), 2);
    await expect(answers(cached, source({ seed: 2 }), 2)).rejects.toThrow(
      /made of other images: what it has of sample \d+ in variant 0/,
    );
  });

  it('a size beyond its bound before anything is written', async () => {
    const storage = memoryStorage();
    await expect(open(storage, { maximumBytes: 1000 })).rejects.toThrow(
      /would take \d+ bytes, above the 1000/,
    );
    expect(await storage.list()).toEqual([]);
  });

  it.each([
    [{ teacher: { ...teacher(), fingerprint: undefined } as unknown as FrozenModel }, /no fingerprint/],
    [{ taps: ['stage7'] }, /no tap 'stage7'.*stage1, pooled/],
    [{ logits: { top: CLASSES } }, /logits.top must be .* got 6/],
    [{ samples: 0 }, /samples must be a positive integer, got 0/],
    [{ variants: 1.5 }, /variants must be a positive integer, got 1.5/],
  ] satisfies [Partial<TeacherCacheOptions>, RegExp][])('bad options: %o', async (options, message) => {
    await expect(open(memoryStorage(), options)).rejects.toThrow(message);
  });

  it('images that do not come again, and those that it was not opened for', async () => {
    const cached = await open(memoryStorage(), { samples: SAMPLES - 1 });
    const { images, indices } = source({ shuffle: false }).batch(0, 4);
    await expect(cached.run(images)).rejects.toThrow(/images that do not come again/);
    await expect(cached.run(images, { indices, variant: 0 })).rejects.toThrow(
      /0\.\.21, but a batch has sample 22/,
    );
    const first = source({ shuffle: false }).batch(0, 0);
    await expect(cached.run(first.images, { indices: first.indices, variant: 2 })).rejects.toThrow(
      /variant 2/,
    );
  });

  it('logits that are not numbers, which are not kept', async () => {
    const broken: FrozenModel = {
      ...teacher(),
      async run(images) {
        const output = await teacher().run(images);
        output.logits.data[3] = Number.NaN;
        return output;
      },
    };
    const cached = await open(memoryStorage(), { teacher: broken });
    expect(await refusal(answers(cached, source(), 1))).toBe('NON_FINITE');
    expect(cached.count).toBe(0);
  });
});
