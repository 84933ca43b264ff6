import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spreadApart } from './line-chart.ts';
import { poolBins } from './reliability-diagram.ts';
import { linearScale, niceDomain, ticks } from './scale.ts';

const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });

describe('scales', () => {
  it('map the ends of the domain to the ends of the range', () => {
    const scale = linearScale([10, 20], [0, 100]);
    expect([scale(10), scale(15), scale(20)]).toEqual([0, 50, 100]);
    expect(linearScale([3, 3], [0, 100])(3)).toBe(50);
  });

  it('have round ticks', () => {
    expect(ticks([0, 1], 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(ticks([94.2, 98.1], 5)).toEqual([95, 96, 97, 98]);
  });

  it('have domains that hold every value', () => {
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1, maxLength: 20 }), (values) => {
        const [low, high] = niceDomain(values);
        const slack = 1e-9 * Math.max(1, ...values.map(Math.abs));
        expect(low).toBeLessThanOrEqual(Math.min(...values) + slack);
        expect(high).toBeGreaterThanOrEqual(Math.max(...values) - slack);
        expect(high).toBeGreaterThan(low);
      }),
    );
  });
});

describe('spreadApart', () => {
  it('keeps labels in order and apart, inside the plot when they fit', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 200, noNaN: true }), { maxLength: 8 }), (heights) => {
        const placed = spreadApart(
          heights.map((y) => ({ y })),
          15,
          [0, 200],
        );
        placed.forEach(({ labelY }, index) => {
          expect(labelY).toBeLessThanOrEqual(200);
          if (index > 0) expect(labelY - placed[index - 1]!.labelY).toBeGreaterThanOrEqual(15 - 1e-9);
        });
      }),
    );
  });
});

describe('poolBins', () => {
  it('weights by count', () => {
    const pooled = poolBins([
      [{ count: 1, accuracy: 1, confidence: 0.5 }],
      [{ count: 3, accuracy: 0, confidence: 0.9 }],
    ]);
    expect(pooled[0]!.count).toBe(4);
    expect(pooled[0]!.accuracy).toBeCloseTo(0.25, 12);
    expect(pooled[0]!.confidence).toBeCloseTo(0.8, 12);
  });
});
