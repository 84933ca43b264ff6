import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeHalves, encodeHalves, float32OfHalf, halfOfFloat32 } from './half-float.ts';

const finite = (bits: number): boolean => ((bits >> 10) & 0x1f) < 31;

describe('float16', () => {
  // IEEE 754-2008, binary16: the ends of its ranges.
  it.each([
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3555, 0.333251953125],
    [0x3c01, 1 + 2 ** -10],
    [0x7bff, 65504],
    [0x7c00, Number.POSITIVE_INFINITY],
    [0xfc00, Number.NEGATIVE_INFINITY],
    [0x8000, -0],
    [0x7e00, Number.NaN],
  ])('with the bits %i is %d', (bits, value) => {
    expect(float32OfHalf(bits)).toBe(value);
  });

  it('gives every finite half back, and the infinities', () => {
    for (let bits = 0; bits < 1 << 16; bits++) {
      if (finite(bits)) expect(halfOfFloat32(float32OfHalf(bits))).toBe(bits);
    }
    expect(halfOfFloat32(Number.POSITIVE_INFINITY)).toBe(0x7c00);
    expect(halfOfFloat32(Number.NEGATIVE_INFINITY)).toBe(0xfc00);
    expect(float32OfHalf(halfOfFloat32(Number.NaN))).toBeNaN();
  });

  it('rounds to the nearest, ties to even', () => {
    // From the definition: between 1 and 1 + 2^-10 lies a tie; 65520 is halfway between the largest half and 2^16.
    expect(halfOfFloat32(1 + 2 ** -11)).toBe(0x3c00);
    expect(halfOfFloat32(1 + 3 * 2 ** -11)).toBe(0x3c02);
    expect(halfOfFloat32(65519.996)).toBe(0x7bff);
    expect(halfOfFloat32(65520)).toBe(0x7c00);
    expect(halfOfFloat32(2 ** -25)).toBe(0);
    expect(halfOfFloat32(3 * 2 ** -25)).toBe(2);
    expect(halfOfFloat32(1023.5 * 2 ** -24)).toBe(0x0400);
    fc.assert(
      fc.property(fc.integer({ min: -65000_000, max: 65000_000 }), (thousandths) => {
        const value = Math.fround(thousandths / 1000);
        const bits = halfOfFloat32(value);
        const error = Math.abs(float32OfHalf(bits) - value);
        for (const neighbour of [bits - 1, bits + 1].filter((each) => each >= 0 && finite(each))) {
          expect(error).toBeLessThanOrEqual(Math.abs(float32OfHalf(neighbour) - value));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('decodes arrays as it encodes them', () => {
    const values = [0, -0, 1, -2.5, 65504, 2 ** -24, 0.333251953125];
    const target = new Float32Array(values.length + 1);
    decodeHalves(new Uint8Array(encodeHalves(values).buffer), target, 1);
    expect([...target.subarray(1)]).toEqual(values);
  });
});
