import { describe, expect, it } from 'vitest';
import { fakeHost } from '../testing/fake-host.ts';
import { isInteractive, usesColor } from './host.ts';

describe('usesColor', () => {
  it.each<[boolean, Record<string, string>, boolean]>([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [false, { FORCE_COLOR: '1' }, true],
    [false, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
    [true, { TERM: 'dumb' }, false],
  ])('with a terminal: %s and %j is %s', (isTTY, env, expected) => {
    expect(usesColor(fakeHost({ isTTY, env }), 'stderr')).toBe(expected);
  });
});

describe('isInteractive', () => {
  it.each<[boolean, Record<string, string>, boolean]>([
    [true, {}, true],
    [true, { CI: 'true' }, false],
    [true, { CI: 'false' }, true],
    [false, {}, false],
  ])('with a terminal: %s and %j is %s', (isTTY, env, expected) => {
    expect(isInteractive(fakeHost({ isTTY, env }), 'stderr')).toBe(expected);
  });
});
