import fc from 'fast-check';
import { KdError, prngKey } from 'kd-core';
import { describe, expect, test } from 'vitest';
import { createModel } from '../registry/registry.ts';
import type { CellEdge, CellOperation } from './genotype.ts';
import { pocketNet } from './pocket-net.ts';
import { cifar10Genotype, faceGenotype } from './pocket-net-genotypes.ts';

/** PocketNet's backbones/augment_cnn.py at commit 2f860d77, counted in PyTorch at 112x112x3. */
const REFERENCE = {
  'pocketnets-128': { parameters: 925632, macs: 283541120 },
  'pocketnets-256': { parameters: 991424, macs: 283606656 },
  'pocketnetm-128': { parameters: 1686656, macs: 538215680 },
  'pocketnetm-256': { parameters: 1752448, macs: 538281216 },
} as const;

const THIN = { cells: 3, channels: 4, embeddingSize: 8, inputShape: [16, 16, 3] } as const;
const OPERATIONS: readonly CellOperation[] = [
  'max_pool_3x3',
  'avg_pool_3x3',
  'skip_connect',
  'dw_conv_1x1',
  'dw_conv_3x3',
  'dw_conv_5x5',
  'dw_conv_7x7',
];

describe('pocketNet', () => {
  test.each(Object.entries(REFERENCE))('%s costs what the reference costs', (name, expected) => {
    expect(createModel(name, {}).summary()).toMatchObject({ ...expected, frozenParameters: 0 });
  });

  test('stages end where the maps are halved', () => {
    expect(pocketNet({ variant: 'S' }).summary().taps).toEqual({
      stem: [56, 56, 64],
      stage1: [56, 56, 64],
      stage2: [28, 28, 128],
      stage3: [14, 14, 256],
      stage4: [7, 7, 512],
      'embedding.prenorm': [128],
      embedding: [128],
      'embedding.normalized': [128],
    });
    // The cells at a third, at two thirds and at the end are two of three cells.
    expect(Object.keys(pocketNet(THIN).summary().taps).slice(0, 4)).toEqual([
      'stem',
      'stage1',
      'stage2',
      'stage3',
    ]);
    expect(Object.keys(pocketNet({ ...THIN, cells: 1 }).summary().taps).slice(0, 2)).toEqual([
      'stem',
      'stage2',
    ]);
  });

  test('the cells of the paper differ from those searched on CIFAR-10', () => {
    const parameters = (genotype: typeof faceGenotype): number =>
      pocketNet({ variant: 'S', genotype }).summary().parameters;
    expect(parameters(faceGenotype)).toBe(925632);
    expect(parameters(cifar10Genotype)).not.toBe(925632);
  });

  test('an embedding of 512 has 1024 channels before it', () => {
    const wide = pocketNet({ ...THIN, embeddingSize: 512 }).variables;
    expect(wide.find(({ path }) => path === 'tail/projection/kernel')?.shape).toEqual([1, 1, 1024, 512]);
  });

  test('an edge costs what its operation costs, whatever the rest of the cell', () => {
    const parametersOf = (operation: CellOperation, stride: 1 | 2, channels: number): number => {
      const kernel = /dw_conv_(\d)/.exec(operation)?.[1];
      // PReLU, depthwise and 1x1 kernels, batch norm.
      if (kernel !== undefined) return channels * (1 + Number(kernel) ** 2 + channels + 2);
      if (operation !== 'skip_connect') return 2 * channels;
      return stride === 1 ? 0 : channels * (1 + 2 + channels + 2);
    };
    const edge = (sources: number): fc.Arbitrary<CellEdge> =>
      fc.tuple(fc.constantFrom(...OPERATIONS), fc.integer({ min: 0, max: sources - 1 }));
    const nodes = fc.tuple(
      ...[2, 3, 4].map((sources) => fc.array(edge(sources), { minLength: 1, maxLength: 3 })),
    );
    fc.assert(
      fc.property(nodes, nodes, (normal, reduction) => {
        const total = (gene: readonly (readonly CellEdge[])[], reduces: boolean): number =>
          gene
            .flat()
            .reduce(
              (sum, [operation, source]) =>
                sum + parametersOf(operation, reduces && source < 2 ? 2 : 1, reduces ? 8 : 4),
              0,
            );
        const model = pocketNet({
          ...THIN,
          cells: 2,
          genotype: { normal: { nodes: normal }, reduction: { nodes: reduction } },
        });
        const inCell = (cell: number): number =>
          model.variables
            .filter(({ path, kind }) => kind === 'param' && path.startsWith(`cells/${cell}/node`))
            .reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
        // Of two cells the first (at 2 / 3 rounded down, 0) and the last halve the maps.
        expect(inCell(0)).toBe(total(reduction, true));
        const names = model.variables.map(({ path }) => model.pyTorchNames.pocketnet!(path));
        expect(new Set(names).size).toBe(names.length);
        expect(names.filter((name) => name.includes('undefined'))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test('outputs may be some of the nodes', () => {
    const genotype = { ...faceGenotype, normal: { ...faceGenotype.normal, outputs: [3, 5] } };
    expect(pocketNet({ ...THIN, genotype }).summary().taps.stage1).toEqual([8, 8, 8]);
  });

  test('starts like the reference: uniform, with the variance 2 / fan-in', () => {
    const { params } = pocketNet(THIN).init(prngKey(1));
    const { tail } = params as never as { tail: { projection: { kernel: { data: Float32Array } } } };
    const { data } = tail.projection.kernel;
    const largest = data.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    expect(largest).toBeLessThanOrEqual(Math.sqrt(6 / 512));
    expect(largest).toBeGreaterThan(0.99 * Math.sqrt(6 / 512));
  });

  const withEdge = (edge: unknown): unknown => ({
    ...THIN,
    genotype: { ...faceGenotype, normal: { nodes: [[edge]] } },
  });
  test.each([
    [{}, /either variant or both cells and channels/],
    [{ variant: 'S', cells: 3 }, /either variant or both/],
    [{ cells: 3 }, /either variant or both/],
    [{ variant: 'L' }, /one of S, M, got L/],
    [{ ...THIN, cells: 0 }, /cells must be a whole number of at least 1, got 0/],
    [{ ...THIN, channels: 1.5 }, /channels must be a whole number/],
    [{ ...THIN, stemMultiplier: 0 }, /stemMultiplier/],
    [{ ...THIN, embeddingSize: 0 }, /embeddingSize/],
    [{ ...THIN, classes: -1 }, /classes/],
    [{ ...THIN, inputShape: [4, 16, 3] }, /of 3 cells halves the image 3 times.*at least 8, got 4x16/],
    [{ ...THIN, inputShape: [18, 18, 3] }, /Their heights and widths must be equal/],
    [withEdge(['sep_conv_3x3', 0]), /nodes\[0\] has the operation 'sep_conv_3x3'\. Known: max_pool_3x3/],
    [withEdge(['skip_connect', 2]), /must read sources from 0 to 1.*got 2/],
    [
      { ...THIN, genotype: { ...faceGenotype, reduction: { nodes: [] } } },
      /reduction must have at least one node/,
    ],
    [
      { ...THIN, genotype: { ...faceGenotype, normal: { ...faceGenotype.normal, outputs: [6] } } },
      /normal\.outputs must read sources from 0 to 5/,
    ],
  ])('refuses %o', (options, message) => {
    expect(() => pocketNet(options as never)).toThrow(message);
    expect(() => pocketNet(options as never)).toThrow(KdError);
  });
});
