import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAhead } from './read-ahead.ts';

describe('readAhead', () => {
  it('gives what is asked for in any order, and has no more begun than it may', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 4 }),
        fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 20 }),
        async (ahead, steps) => {
          const open = new Set<number>();
          const loaded: number[] = [];
          const reader = readAhead(ahead, (step) => {
            expect(open).not.toContain(step);
            open.add(step);
            loaded.push(step);
            return { result: Promise.resolve(step), cancel: () => open.delete(step) };
          });
          for (const step of steps) {
            expect(await reader.take(step)).toBe(step);
            open.delete(step);
            expect([...open].sort((a, b) => a - b)).toEqual(
              Array.from({ length: ahead }, (_, next) => step + 1 + next),
            );
          }
          reader.close();
          expect(open.size).toBe(0);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('begins each step of a run once', async () => {
    const loaded: number[] = [];
    const reader = readAhead(3, (step) => {
      loaded.push(step);
      return { result: Promise.resolve(step), cancel() {} };
    });
    for (let step = 0; step < 5; step++) await reader.take(step);
    expect(loaded).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('leaves a failure to who takes the step', async () => {
    const reader = readAhead(2, (step) => ({
      result: step === 1 ? Promise.reject(new Error('one')) : Promise.resolve(step),
      cancel() {},
    }));
    expect(await reader.take(0)).toBe(0);
    await expect(reader.take(1)).rejects.toThrow('one');
    expect(await reader.take(2)).toBe(2);
  });
});
