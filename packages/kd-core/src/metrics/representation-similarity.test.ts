import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalCorrelation } from './canonical-correlation.ts';
import { linearCka } from './linear-cka.ts';
import { rbfCka } from './rbf-cka.ts';
import type { SampleMatrix } from './sample-matrix.ts';

/** The sum of sines a_k sin(b_k n + c_k) over the flat index n. */
function waves(rows: number, columns: number, ...terms: readonly [number, number, number][]): SampleMatrix {
  const data = Array.from({ length: rows * columns }, (_, n) =>
    terms.reduce((sum, [scale, slope, shift]) => sum + scale * Math.sin(slope * n + shift), 0),
  );
  return { shape: [rows, columns], data };
}

const x = waves(12, 3, [1, 0.7, 0.1], [0.3, 1.9, 0.4]);
const y = waves(12, 4, [1, 0.55, 0.6], [0.2, 2.3, 0.1]);

const rowsOf = ({ shape, data }: SampleMatrix): number[][] =>
  Array.from({ length: shape[0]! }, (_, row) =>
    Array.from({ length: shape[1]! }, (_item, column) => data[row * shape[1]! + column]!),
  );
const matrixOf = (rows: readonly (readonly number[])[]): SampleMatrix => ({
  shape: [rows.length, rows[0]!.length],
  data: rows.flat(),
});

/** Alignment by its definition: products of Gram matrices between centring matrices. */
function alignment(gramX: number[][], gramY: number[][]): number {
  const size = gramX.length;
  const centred = (gram: number[][]): number[][] => {
    const means = gram.map((row) => row.reduce((a, b) => a + b) / size);
    const total = means.reduce((a, b) => a + b) / size;
    return gram.map((row, i) => row.map((each, j) => each - means[i]! - means[j]! + total));
  };
  const product = (a: number[][], b: number[][]): number =>
    a.reduce((sum, row, i) => sum + row.reduce((inner, each, j) => inner + each * b[i]![j]!, 0), 0);
  const [cx, cy] = [centred(gramX), centred(gramY)];
  return product(cx, cy) / Math.sqrt(product(cx, cx) * product(cy, cy));
}

const linearGram = (rows: number[][]): number[][] =>
  rows.map((a) => rows.map((b) => a.reduce((sum, each, k) => sum + each * b[k]!, 0)));

function rbfGram(rows: number[][], bandwidth: number): number[][] {
  const distance = (a: number[], b: number[]): number =>
    a.reduce((sum, each, k) => sum + (each - b[k]!) ** 2, 0);
  const all = rows.flatMap((a, i) => rows.slice(0, i).map((b) => distance(a, b))).sort((a, b) => a - b);
  const median = (all[Math.floor((all.length - 1) / 2)]! + all[Math.floor(all.length / 2)]!) / 2;
  return rows.map((a) => rows.map((b) => Math.exp(-distance(a, b) / (2 * bandwidth ** 2 * median))));
}

describe('similarities of representations', () => {
  it('are what a float64 evaluation of the equations gave', () => {
    expect(linearCka(x, y)).toBeCloseTo(0.59047864, 7);
    expect(canonicalCorrelation(x, y)).toBeCloseTo(0.54121441, 7);
  });

  it('agree with their definitions by Gram matrices', () => {
    expect(linearCka(x, y)).toBeCloseTo(alignment(linearGram(rowsOf(x)), linearGram(rowsOf(y))), 10);
    for (const bandwidth of [0.5, 1, 2]) {
      const expected = alignment(rbfGram(rowsOf(x), bandwidth), rbfGram(rowsOf(y), bandwidth));
      expect(rbfCka(x, y, { bandwidth })).toBeCloseTo(expected, 10);
    }
    expect(rbfCka(x, y)).toBe(rbfCka(x, y, { bandwidth: 1 }));
  });

  it('canonical correlation of one column is the squared correlation', () => {
    const [a, b] = [
      [1, 2, 4, 3],
      [2, 1, 5, 9],
    ] as const;
    const centre = (values: readonly number[]): number[] => {
      const mean = values.reduce((p, q) => p + q) / values.length;
      return values.map((each) => each - mean);
    };
    const [ca, cb] = [centre(a), centre(b)];
    const product = (p: number[], q: number[]): number => p.reduce((sum, each, k) => sum + each * q[k]!, 0);
    const squared = product(ca, cb) ** 2 / (product(ca, ca) * product(cb, cb));
    const column = (values: readonly number[]): SampleMatrix => ({ shape: [4, 1], data: values });
    expect(canonicalCorrelation(column(a), column(b))).toBeCloseTo(squared, 12);
    // The span of two columns holds that of either.
    const both = matrixOf(a.map((each, index) => [each, b[index]!]));
    expect(canonicalCorrelation(column(a), both)).toBeCloseTo(1, 12);
    expect(canonicalCorrelation(both, column(a))).toBeCloseTo(0.5, 12);
  });

  it('do not change with rotation, shift and scale; canonical correlation with no invertible map', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -3, max: 3, noNaN: true }),
        fc.double({ min: 0.1, max: 9, noNaN: true }),
        (angle, scale) => {
          const [c, s] = [Math.cos(angle), Math.sin(angle)];
          const moved = matrixOf(
            rowsOf(x).map(([a, b, d]) => [
              scale * (c * a! - s * b!) + 5,
              scale * (s * a! + c * b!) - 1,
              scale * d!,
            ]),
          );
          for (const similarity of [linearCka, rbfCka, canonicalCorrelation]) {
            expect(similarity(moved, y)).toBeCloseTo(similarity(x, y), 7);
            expect(similarity(moved, x)).toBeCloseTo(1, 7);
          }
          const sheared = matrixOf(rowsOf(x).map(([a, b, d]) => [a! + 2 * b!, scale * b!, d! - a!]));
          expect(canonicalCorrelation(sheared, y)).toBeCloseTo(canonicalCorrelation(x, y), 7);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('are between 0 and 1, also with dead and repeated features', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 2, maxLength: 2 }), {
          minLength: 4,
          maxLength: 7,
        }),
        (rows) => {
          const given = matrixOf(rows.map(([a, b]) => [a!, 0, b!, a!]));
          const other = matrixOf(rows.map((_, index) => [Math.sin(index), 1]));
          for (const similarity of [linearCka, rbfCka, canonicalCorrelation]) {
            const value = similarity(given, other);
            expect(value).toBeGreaterThanOrEqual(-1e-9);
            expect(value).toBeLessThanOrEqual(1 + 1e-9);
          }
        },
      ),
      { numRuns: 25 },
    );
    const repeated = matrixOf(rowsOf(x).map((row) => [...row, row[0]!, 0]));
    expect(canonicalCorrelation(repeated, repeated)).toBeCloseTo(1, 10);
    const constant = matrixOf(rowsOf(x).map(() => [3]));
    for (const similarity of [linearCka, rbfCka, canonicalCorrelation]) {
      expect(similarity(constant, x)).toBe(0);
    }
  });

  it('refuse what they cannot compare', () => {
    for (const similarity of [linearCka, rbfCka, canonicalCorrelation]) {
      expect(() => similarity(x, waves(11, 3, [1, 1, 0]))).toThrow(
        /same samples, got \[12, 3\] and \[11, 3\]/,
      );
      expect(() => similarity({ shape: [1, 2], data: [1, 2] }, { shape: [1, 1], data: [1] })).toThrow(
        /at least 2 samples and 1 feature, got \[1, 2\]/,
      );
    }
    expect(() => rbfCka(x, y, { bandwidth: 0 })).toThrow(/bandwidth must be finite and above 0, got 0/);
  });
});
