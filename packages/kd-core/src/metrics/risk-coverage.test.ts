import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { riskCoverage } from './risk-coverage.ts';
import { tiedGroups } from './tied-groups.ts';

const curve = (confidences: readonly number[], correct: readonly boolean[]) =>
  riskCoverage(tiedGroups(confidences, correct));

/** By the definition: the mean over k of the error rate of the first k. */
function areaOf(correct: readonly boolean[]): number {
  let [errors, area] = [0, 0];
  correct.forEach((right, index) => {
    errors += right ? 0 : 1;
    area += errors / (index + 1);
  });
  return area / correct.length;
}

function orders<T>(values: readonly T[]): T[][] {
  if (values.length === 0) return [[]];
  return values.flatMap((value, index) =>
    orders(values.filter((_, other) => other !== index)).map((rest) => [value, ...rest]),
  );
}

describe('riskCoverage', () => {
  it('of hand-computed rankings', () => {
    // Wrong first: error rates 1, 1/2, 1/3; at best 0, 0, 1/3.
    const worst = curve([0.9, 0.8, 0.7], [false, true, true]);
    expect(worst.aurc).toBeCloseTo((1 + 1 / 2 + 1 / 3) / 3, 12);
    expect(worst.eAurc).toBeCloseTo((1 + 1 / 2) / 3, 12);
    const best = curve([0.7, 0.9, 0.8], [false, true, true]);
    expect(best.aurc).toBeCloseTo(1 / 9, 12);
    expect(best.eAurc).toBeCloseTo(0, 12);
    expect(curve([0.4, 0.6], [false, false])).toEqual({ aurc: 1, eAurc: 0 });
    expect(curve([0.4, 0.6], [true, true])).toEqual({ aurc: 0, eAurc: 0 });
  });

  it('of ties is the mean over their orders', () => {
    const tied = [true, false, false, true];
    const all = orders(tied).map((order) => areaOf([true, ...order, false]));
    const mean = all.reduce((a, b) => a + b, 0) / all.length;
    expect(curve([0.9, 0.5, 0.5, 0.5, 0.5, 0.1], [true, ...tied, false]).aurc).toBeCloseTo(mean, 12);
  });

  it('is that of the definition without ties, and best when right ones come first', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 30 }), (correct) => {
        const confidences = correct.map((_, index) => 1 / (index + 1));
        const { aurc, eAurc } = curve(confidences, correct);
        expect(aurc).toBeCloseTo(areaOf(correct), 12);
        const best = areaOf(correct.toSorted((a, b) => Number(b) - Number(a)));
        expect(eAurc).toBeCloseTo(aurc - best, 12);
      }),
      { numRuns: 30 },
    );
  });
});
