import { expect, it } from 'vitest';
import { lastMap } from '../index.ts';

const taps = (...names: string[]): { taps: Record<string, readonly number[]> } => ({
  taps: Object.fromEntries(names.map((name) => [name, [2, 2, 4]])),
});

it('finds the map whose means the classifier reads', () => {
  expect(lastMap(taps('stem', 'stage1', 'stage2'))).toBe('stage2');
  expect(lastMap(taps('block9', 'block10', 'stage1', 'stage2'))).toBe('block10');
  expect(lastMap(taps('block1', 'stage1', 'head'))).toBe('head');
  expect(lastMap({ taps: { ...taps('stage1').taps, head: [10] } })).toBe('stage1');
  expect(() => lastMap(taps('embedding'))).toThrow(/has no stages, only the taps embedding/);
});
