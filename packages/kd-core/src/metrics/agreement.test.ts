import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HostTensor } from '../trees/host-tensor.ts';
import { teacherAgreement } from './agreement.ts';

const logitsOf = (rows: readonly (readonly number[])[]): HostTensor =>
  new HostTensor(Float32Array.from(rows.flat()), [rows.length, rows[0]?.length ?? 0]);

describe('teacherAgreement', () => {
  it('counts equal predictions and measures the divergence from the teacher', () => {
    // Probabilities 3/4 and 1/4 of the teacher, 1/2 and 1/2 of the student, where the first class wins; then the reverse order.
    const three = Math.log(3);
    const teacher = logitsOf([
      [three, 0],
      [0, three],
    ]);
    const student = logitsOf([
      [1, 1],
      [1, 1],
    ]);
    const { count, agreement, divergence } = teacherAgreement({ student, teacher });
    expect([count, agreement]).toEqual([2, 0.5]);
    expect(divergence).toBeCloseTo(0.75 * Math.log(1.5) + 0.25 * Math.log(0.5), 6);
  });

  it('is whole with itself, whatever is added to a row, and never negative', () => {
    const row = fc.array(fc.integer({ min: -2000, max: 2000 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(row, row), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: -99, max: 99 }),
        (rows, shift) => {
          const teacher = logitsOf(rows.map(([first]) => first));
          const student = logitsOf(rows.map(([, second]) => second));
          const moved = logitsOf(rows.map(([first]) => first.map((each) => each + shift)));
          expect(teacherAgreement({ student: moved, teacher })).toEqual({
            count: rows.length,
            agreement: 1,
            divergence: 0,
          });
          const { divergence } = teacherAgreement({ student, teacher });
          expect(divergence).toBeGreaterThanOrEqual(0);
          expect(divergence).toBeLessThan(Number.POSITIVE_INFINITY);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('refuses other shapes and logits that are not finite, naming both sides', () => {
    const two = logitsOf([[1, 2]]);
    expect(() => teacherAgreement({ student: two, teacher: logitsOf([[1, 2, 3]]) })).toThrow(
      /\[1, 2\] and .*\[1, 3\]/,
    );
    expect(() => teacherAgreement({ student: two, teacher: logitsOf([[1, Number.NaN]]) })).toThrow(
      /teacher must be finite, but row 0 holds NaN/,
    );
  });
});
