import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { didYouMean, editDistance, nearest } from './nearest.ts';

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['kitten', 'sitting', 3],
    ['depht', 'depth', 1],
    ['', 'abc', 3],
    ['saturday', 'sunday', 3],
  ])('%j to %j takes %i edits', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
  });

  it('is symmetric, and zero exactly for equal words', () => {
    const word = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
      }),
    );
  });
});

describe('nearest', () => {
  it('finds a misspelling and ignores case', () => {
    expect(nearest('lerningRate', ['learningRate', 'momentum'])).toBe('learningRate');
    expect(nearest('SGD', ['adamw', 'sgd'])).toBe('sgd');
  });

  it('suggests nothing for a word unlike all others', () => {
    expect(nearest('banana', ['sgd', 'adamw'])).toBeUndefined();
    expect(nearest('x', [])).toBeUndefined();
    expect(didYouMean('banana', ['sgd'])).toBe('');
  });
});
