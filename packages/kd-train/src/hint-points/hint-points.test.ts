import { createTfjsBackend } from 'kd-backend-tfjs';
import { type Backend, prngKey, randomNormal, type SampleMatrix } from 'kd-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { blobSource } from '../testing/blob-source.ts';
import { tinyNetwork } from '../testing/tiny-network.ts';
import { clusterLayers } from './cluster-layers.ts';
import { decodeHintPoints, encodeHintPoints, HINT_POINTS_FORMAT, type HintPoints } from './hint-points.ts';
import { pairHintPoints } from './pair-hint-points.ts';
import { probeTeacher } from './probe-teacher.ts';
import { selectHintPoints } from './select-hint-points.ts';

/** Layers at points of a line, the more similar the nearer. */
const onLine =
  (points: readonly number[]) =>
  (from: number, to: number): number =>
    1 / (1 + Math.abs(points[from]! - points[to]!));

describe('clusterLayers', () => {
  const points = [0, 1, 2, 10, 11, 12, 13, 30, 31];

  it('finds groups of similar layers, whose centres are in the middle', () => {
    const found = clusterLayers(9, { clusters: 3, center: 'index-mean', similarity: onLine(points) });
    expect(found).toEqual([
      { center: 1, members: [0, 1, 2] },
      { center: 4, members: [3, 4, 5, 6] },
      { center: 7, members: [7, 8] },
    ]);
  });

  it('centres differ where the middle of the list is not the middle of the cluster', () => {
    const skewed = [0, 8, 9, 10, 11, 12, 100];
    const by = (center: 'index-mean' | 'medoid') =>
      clusterLayers(7, { clusters: 2, center, similarity: onLine(skewed) })[0]!;
    expect(by('index-mean')).toEqual({ center: 2, members: [0, 1, 2, 3, 4, 5] });
    expect(by('medoid')).toEqual({ center: 3, members: [0, 1, 2, 3, 4, 5] });
  });

  it('starts from the ends and between, and keeps every cluster where all layers are alike', () => {
    const alike = clusterLayers(7, { clusters: 3, center: 'medoid', similarity: () => 1 });
    expect(alike.map(({ center }) => center)).toHaveLength(3);
    expect(alike.flatMap(({ members }) => members).toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    const one = clusterLayers(6, { clusters: 1, center: 'index-mean', similarity: onLine(points) });
    expect(one).toEqual([{ center: 2, members: [0, 1, 2, 3, 4, 5] }]);
    const all = clusterLayers(4, { clusters: 4, center: 'medoid', similarity: onLine(points) });
    expect(all.map(({ center }) => center)).toEqual([0, 1, 2, 3]);
  });
});

/** Two families of layers: noisy copies of one matrix, then of another. */
function families(): Record<string, SampleMatrix> {
  const samples = 40;
  const base = [1, 2].map((seed) => randomNormal(prngKey(seed), [samples, 3]).data);
  return Object.fromEntries(
    [0, 0, 0, 1, 1, 1].map((family, layer) => {
      const noise = randomNormal(prngKey(10 + layer), [samples, 3]).data;
      const data = base[family]!.map((each, index) => each + 0.2 * noise[index]!);
      return [`block${layer + 1}`, { shape: [samples, 3], data }];
    }),
  );
}

describe('selectHintPoints', () => {
  it.each(['cka', 'rbf-cka', 'cca'] as const)('tells families of layers apart by %s', (similarity) => {
    expect(selectHintPoints({ activations: families(), clusters: 2, similarity })).toEqual([
      { center: 'block2', members: ['block1', 'block2', 'block3'] },
      { center: 'block5', members: ['block4', 'block5', 'block6'] },
    ]);
  });

  it('refuses numbers of clusters that layers do not make, and other samples', () => {
    for (const clusters of [0, 7, 1.5]) {
      expect(() => selectHintPoints({ activations: families(), clusters })).toThrow(/from 1 to the 6 layers/);
    }
    const uneven = { ...families(), block7: { shape: [2, 1], data: [1, 2] } };
    expect(() => selectHintPoints({ activations: uneven, clusters: 2 })).toThrow(
      /'block1' is \[40, 3\] and 'block7' \[2, 1\]/,
    );
  });
});

describe('probeTeacher', () => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await createTfjsBackend();
  });
  const model = tinyNetwork({ channels: 3 });
  const variables = model.init(prngKey(2));
  const source = blobSource();

  it('collects the means of maps, for as many samples as wanted', async () => {
    const all = await probeTeacher({ backend, model, variables, source, taps: ['feature', 'pooled'] });
    expect(all.feature!.shape).toEqual([source.length, 3]);
    // The tap `pooled` of this network is the mean of its map.
    expect(all.feature!.data).toEqual(all.pooled!.data);
    const batches: number[] = [];
    const some = await probeTeacher({
      backend,
      model,
      variables,
      source,
      taps: ['pooled'],
      samples: source.batchSize + 1,
      onBatch: (done) => batches.push(done),
    });
    expect(some.pooled!.shape).toEqual([source.batchSize + 1, 3]);
    expect(some.pooled!.data.subarray(0, 3 * source.batchSize)).toEqual(
      all.pooled!.data.subarray(0, 3 * source.batchSize),
    );
    expect(batches).toEqual([1, 2]);
  });

  it('refuses taps that are not there', async () => {
    await expect(probeTeacher({ backend, model, variables, source, taps: ['block1'] })).rejects.toThrow(
      "has no tap 'block1', only: feature, pooled",
    );
    await expect(probeTeacher({ backend, model, variables, source })).rejects.toThrow(/has no blocks/);
    await expect(
      probeTeacher({ backend, model, variables, source, taps: ['pooled'], samples: 1 }),
    ).rejects.toThrow(/samples/);
  });
});

const points: HintPoints = {
  format: HINT_POINTS_FORMAT,
  teacher: { name: 'resnet14', hash: 'ab'.repeat(32) },
  similarity: 'cka',
  center: 'index-mean',
  samples: 100,
  taps: ['block2', 'block5'],
  clusters: [
    { center: 'block2', members: ['block1', 'block2', 'block3'] },
    { center: 'block5', members: ['block4', 'block5', 'block6'] },
  ],
};

describe('hint-points files', () => {
  it('come back as they were written', () => {
    expect(decodeHintPoints(encodeHintPoints(points))).toEqual(points);
  });

  it.each([
    ['no JSON', '{', /no JSON/],
    ['another file', '[]', /the file must be an object, found \[\]/],
    ['another version', { format: 'kd-hint-points/2' }, /format must be 'kd-hint-points\/1'/],
    ['no teacher', { teacher: undefined }, /teacher must be an object, found nothing/],
    ['a broken hash', { teacher: { name: 'a', hash: 'xyz' } }, /teacher.hash must be 64 hexadecimal digits/],
    ['another similarity', { similarity: 'dot' }, /similarity must be one of cka, rbf-cka, cca/],
    ['no samples', { samples: 0 }, /samples must be a whole number/],
    ['no taps', { taps: [] }, /taps must be a list that is not empty/],
    ['taps that are not the centres', { taps: ['block1', 'block5'] }, /taps must be the centres/],
    [
      'a centre outside of its cluster',
      { clusters: [{ center: 'block2', members: ['block1'] }] },
      /clusters\[0\].members must be with the centre 'block2'/,
    ],
    [
      'a tap in two clusters',
      {
        taps: ['a', 'b'],
        clusters: [
          { center: 'a', members: ['a', 'b'] },
          { center: 'b', members: ['b'] },
        ],
      },
      /without a tap in two/,
    ],
  ])('with %s are refused', (_, changes, message) => {
    const text = typeof changes === 'string' ? changes : JSON.stringify({ ...points, ...changes });
    expect(() => decodeHintPoints(text)).toThrow(message);
  });
});

describe('pairHintPoints', () => {
  it('pairs hint points with stages or with taps that are given, in order', () => {
    const student = {
      name: 'small',
      taps: { stem: [8, 8, 1], stage2: [4, 4, 2], stage1: [8, 8, 2], pooled: [2] },
    };
    expect(pairHintPoints(points, student)).toEqual([
      { student: 'stage1', teacher: 'block2' },
      { student: 'stage2', teacher: 'block5' },
    ]);
    expect(pairHintPoints(points, ['stem', 'stage2'])[0]).toEqual({ student: 'stem', teacher: 'block2' });
    expect(() => pairHintPoints(points, ['stem'])).toThrow(
      /2 hint points of 'resnet14' \(block2, block5\) and 1 points of the student \(stem\)/,
    );
  });
});
