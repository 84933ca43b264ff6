import fc from 'fast-check';
import { HostTensor } from 'kd-core';
import { describe, expect, it } from 'vitest';
import { type ConfigValue, canonicalJson, hashConfig, hashTensors, sha256 } from './index.ts';

describe('hashing', () => {
  it('is SHA-256 (FIPS 180-2, appendix B.1)', async () => {
    expect(await sha256(new TextEncoder().encode('abc'))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });

  it('does not depend on the order of keys', async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), async (record) => {
        const reversed = Object.fromEntries(Object.entries(record).reverse());
        expect(await hashConfig(reversed as ConfigValue)).toBe(await hashConfig(record as ConfigValue));
      }),
      { numRuns: 50 },
    );
  });

  it('tells apart what plain JSON confuses', () => {
    const texts = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0, null].map(
      canonicalJson,
    );
    expect(new Set(texts).size).toBe(6);
  });

  it('sees the path, the shape, the type and every value of a tensor', async () => {
    const tensor = (values: number[], shape: number[]): HostTensor =>
      new HostTensor(new Float32Array(values), shape);
    const trees = [
      { a: tensor([1, 2], [2]) },
      { b: tensor([1, 2], [2]) },
      { a: tensor([1, 2], [1, 2]) },
      { a: tensor([1, 3], [2]) },
      { a: new HostTensor(new Int32Array([1, 2]), [2]) },
    ];
    expect(new Set(await Promise.all(trees.map((tree) => hashTensors(tree)))).size).toBe(trees.length);
    expect(await hashTensors({ a: tensor([1, 2], [2]) })).toBe(await hashTensors(trees[0]!));
  });
});
