import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { startCpuBackend, toTensor } from '../testing/cpu-backend.ts';
import { expectClose } from '../testing/finite-differences.ts';
import { negativeResponseMeans } from './negative-response-means.ts';

const vector = (...data: number[]) => toTensor({ shape: [data.length], data });

const meansOf = (scales: readonly number[], offsets: readonly number[]): number[] =>
  Array.from(negativeResponseMeans({ scale: vector(...scales), offset: vector(...offsets) }).dataSync());

/** Share and mean of the negative values of N(offset, 1), by summing the density in small steps. */
function integrated(offset: number): { share: number; mean: number } {
  const step = 1e-4;
  let [share, moment] = [0, 0];
  for (let x = -12 - Math.abs(offset) + step / 2; x < 0; x += step) {
    const density = Math.exp(-((x - offset) ** 2) / 2) / Math.sqrt(2 * Math.PI);
    share += density * step;
    moment += x * density * step;
  }
  return { share, mean: moment / share };
}

describe('negativeResponseMeans', () => {
  beforeAll(startCpuBackend);

  it('are the known values', () => {
    expectClose(meansOf([1, 0.5, 0.5], [0, 0.2, 2]), [-0.79788456, -0.33437809, -1.5], 1e-6);
  });

  it.each([-6, -2.5, -1, -0.1, 0.3, 1.2, 2, 2.9, 3.05])('are the integral at the offset %s', (offset) => {
    const { mean } = integrated(offset);
    expectClose(meansOf([1, -1, 4], [offset, offset, 4 * offset]), [mean, mean, 4 * mean], 1e-5, 2e-6);
  });

  it('are -3 deviations where fewer than one response in a thousand is negative', () => {
    expect(integrated(3.09).share).toBeGreaterThan(0.001);
    expect(integrated(3.0905).share).toBeLessThan(0.001);
    const [before, after] = meansOf([1, 1], [3.09, 3.0905]);
    expect(before).toBeGreaterThan(-1);
    expect(after).toBe(-3);
  });

  it('are finite and not positive for any batch norm, of a scale of 0 too', () => {
    const any = fc.double({ min: -1e4, max: 1e4, noNaN: true }).map(Math.fround);
    fc.assert(
      fc.property(fc.oneof(any, fc.constantFrom(0, 1e-20)), any, (scale, offset) => {
        const [mean] = meansOf([scale], [offset]);
        expect(Number.isFinite(mean)).toBe(true);
        expect(mean).toBeLessThanOrEqual(0);
      }),
      { numRuns: 50 },
    );
    expectClose(meansOf([0, 0, 0], [-2, 0, 3]), [-2, 0, 0], 1e-6);
  });

  it('refuses vectors of different length', () => {
    expect(() => negativeResponseMeans({ scale: vector(1, 2), offset: vector(1) })).toThrow(
      /\[2\] and \[1\]/,
    );
  });
});
