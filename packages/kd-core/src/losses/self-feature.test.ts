import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { values } from '../testing/arbitraries.ts';
import { differentiate, startCpuBackend, toTensor, toValues, type Values } from '../testing/cpu-backend.ts';
import { expectClose, expectGradients } from '../testing/finite-differences.ts';
import { adaptivePool, mean, softmax } from '../testing/reference-losses.ts';
import { selfFeatureLoss } from './self-feature.ts';

interface Setting {
  readonly temperature: number;
  readonly grouping: 'strided' | 'contiguous';
  readonly order: 1 | 2;
  readonly scan: 'rows' | 'columns' | 'both';
  readonly patch?: number;
}

/** Positions [row, column] of each patch, in the order of the scan. */
function patches(height: number, width: number, scan: 'rows' | 'columns', patch?: number): number[][][] {
  const [high, wide] = [Math.min(patch ?? height, height), Math.min(patch ?? width, width)];
  const found: number[][][] = [];
  for (let top = 0; top < height; top += high) {
    for (let left = 0; left < width; left += wide) {
      const inside: number[][] = [];
      for (let outer = 0; outer < (scan === 'rows' ? high : wide); outer++) {
        for (let inner = 0; inner < (scan === 'rows' ? wide : high); inner++) {
          inside.push(scan === 'rows' ? [top + outer, left + inner] : [top + inner, left + outer]);
        }
      }
      found.push(inside);
    }
  }
  return found;
}

/** The definition, term by term. */
function pairDistance(shallow: Values, deep: Values, setting: Setting): number {
  const [batch, height, width, channels] = deep.shape as [number, number, number, number];
  const pooled = adaptivePool(shallow, [height, width]);
  const own = shallow.shape[3]!;
  const each = Math.ceil(channels / own);
  const partner = (channel: number): number =>
    setting.grouping === 'strided' ? channel % own : Math.floor(channel / each);
  const scans = setting.scan === 'both' ? (['rows', 'columns'] as const) : [setting.scan];
  const at = (map: Values, b: number, [row, column]: number[], channel: number): number =>
    map.data[((b * height + row!) * width + column!) * map.shape[3]! + channel]!;
  const terms = scans.flatMap((scan) =>
    Array.from({ length: batch }, (_, b) => b).flatMap((b) =>
      patches(height, width, scan, setting.patch).flatMap((positions) =>
        Array.from({ length: channels }, (_, channel) => {
          const p = softmax(
            positions.map((position) => at(pooled, b, position, partner(channel))),
            setting.temperature,
          );
          const q = softmax(
            positions.map((position) => at(deep, b, position, channel)),
            setting.temperature,
          );
          let moved = 0;
          return mean(
            p.map((share, place) => {
              moved += share - q[place]!;
              return setting.order === 2 ? moved ** 2 : Math.abs(moved);
            }),
          );
        }),
      ),
    ),
  );
  return mean(terms);
}

const settings: fc.Arbitrary<Setting> = fc
  .record({
    temperature: fc.constantFrom(0.5, 1, 2),
    grouping: fc.constantFrom('strided' as const, 'contiguous' as const),
    order: fc.constantFrom(1 as const, 2 as const),
    scan: fc.constantFrom('rows' as const, 'columns' as const, 'both' as const),
    patch: fc.constantFrom(undefined, 1, 2),
  })
  .map(({ patch, ...setting }) => (patch === undefined ? setting : { ...setting, patch }));

const maps = fc
  .record({
    batch: fc.integer({ min: 1, max: 2 }),
    shallow: fc.constantFrom([4, 4, 2], [4, 2, 3], [2, 2, 1]),
    deep: fc.constantFrom([2, 2, 4], [4, 2, 1], [1, 2, 5]),
  })
  .chain(({ batch, shallow, deep }) =>
    fc.record({ shallow: values([batch, ...shallow], 2), deep: values([batch, ...deep], 2) }),
  );

describe('selfFeatureLoss', () => {
  beforeAll(startCpuBackend);

  it('has the value of its definition and the gradient of the shallow map', () => {
    fc.assert(
      fc.property(maps, settings, (inputs, setting) => {
        const result = differentiate(
          (given) => selfFeatureLoss({ features: [given.shallow, given.deep], ...setting }),
          inputs,
        );
        const wanted = ({ shallow, deep }: typeof inputs): number => pairDistance(shallow, deep, setting);
        // The size of a cumulated difference has a kink at 0, which sums of equal shares meet.
        expectGradients(result, wanted, inputs, setting.order === 2 ? ['shallow'] : []);
        expect(result.gradients.deep.data.every((each) => each === 0)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('is the mean over all pairs of a shallow and a deeper map', () => {
    const map = (seed: number): Values => ({
      shape: [1, 2, 2, 2],
      data: Array.from({ length: 8 }, (_, index) => Math.sin(seed + 3 * index)),
    });
    const [a, b, c] = [map(1), map(2), map(3)];
    const setting: Setting = { temperature: 1, grouping: 'strided', order: 2, scan: 'both' };
    const loss = selfFeatureLoss({ features: [a, b, c].map(toTensor) });
    const pairs = [pairDistance(a, b, setting), pairDistance(a, c, setting), pairDistance(b, c, setting)];
    expectClose(toValues(loss).data, [mean(pairs)]);
  });

  it('does not see the level of a channel, and is 0 where shallow and deep respond alike', () => {
    const shallow = { shape: [1, 2, 1, 1], data: [1, 3] };
    const deep = { shape: [1, 2, 1, 2], data: [6, -1, 8, 1] };
    expect(toValues(selfFeatureLoss({ features: [toTensor(shallow), toTensor(deep)] })).data[0]).toBeCloseTo(
      0,
      10,
    );
  });

  it('is finite at activations of 1e4, and on maps of one position', () => {
    for (const shape of [
      [1, 2, 2, 1],
      [1, 1, 1, 4],
    ]) {
      const { value, gradients } = differentiate(
        (given) => selfFeatureLoss({ features: [given.shallow, given.deep] }),
        { shallow: { shape, data: [1e4, -1e4, 0, 1e4] }, deep: { shape, data: [0, 1e4, 1e4, -1e4] } },
      );
      expect(Number.isFinite(value)).toBe(true);
      expect(gradients.shallow.data.every(Number.isFinite)).toBe(true);
    }
  });

  it('refuses a single map, maps of other batches and patches that do not fit', () => {
    const map = (batch: number, side: number) =>
      toTensor({ shape: [batch, side, side, 1], data: new Array<number>(batch * side * side).fill(0) });
    expect(() => selfFeatureLoss({ features: [map(1, 2)] })).toThrow('features must be at least two, got 1');
    expect(() => selfFeatureLoss({ features: [map(1, 2), map(2, 2)] })).toThrow(
      'features[0] [1, 2, 2, 1] and features[1] [2, 2, 2, 1]',
    );
    expect(() => selfFeatureLoss({ features: [map(1, 4), map(1, 3)], patch: 2 })).toThrow(
      'patch 2 does not divide a deep feature [1, 3, 3, 1]',
    );
  });
});
