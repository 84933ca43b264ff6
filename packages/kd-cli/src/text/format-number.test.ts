import { expect, it } from 'vitest';
import { bytes, clock, fixed, milliseconds, percent, quantity, signed } from './format-number.ts';

it.each([
  [0.97342, '97.3'],
  [1, '100.0'],
  [Number.NaN, 'n/a'],
])('writes the fraction %f as %s percent', (value, text) => {
  expect(percent(value)).toBe(text);
});

it.each([
  [812, '812'],
  [999.6, '1.00 k'],
  [1350, '1.35 k'],
  [41_560_000, '41.6 M'],
  [999_999, '1.00 M'],
  [0, '0'],
])('writes the quantity %f as %s', (value, text) => {
  expect(quantity(value)).toBe(text);
});

it('writes bytes, times and clocks', () => {
  expect(bytes(78_312)).toBe('78.3 kB');
  expect(milliseconds(0.05871)).toBe('0.059');
  expect(milliseconds(0.1836)).toBe('0.184');
  expect(milliseconds(12.94)).toBe('12.9');
  expect(milliseconds(9.999)).toBe('10.0');
  expect([clock(7), clock(750), clock(3723), clock(Number.NaN)]).toEqual([
    '0:07',
    '12:30',
    '1:02:03',
    '-:--',
  ]);
});

it('signs differences and never writes a negative zero', () => {
  expect(signed(1.25, 1)).toBe('+1.3');
  expect(signed(-1.25, 2)).toBe('\u22121.25');
  expect([signed(-0.001, 2), signed(0.001, 2), fixed(-0.001, 2)]).toEqual(['0.00', '0.00', '0.00']);
});
