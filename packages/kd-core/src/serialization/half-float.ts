const SUBNORMAL_STEP = 2 ** -24;
/** 2^(exponent - 15) / 1024, by the 5 bits of the exponent. */
const STEPS: readonly number[] = Array.from({ length: 31 }, (_, exponent) => 2 ** (exponent - 25));

/** The value of an IEEE 754 binary16 from its 16 bits. */
export function float32OfHalf(bits: number): number {
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  let magnitude: number;
  if (exponent === 0) magnitude = fraction * SUBNORMAL_STEP;
  else if (exponent < 31) magnitude = (0x400 | fraction) * STEPS[exponent]!;
  else magnitude = fraction === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
  return bits & 0x8000 ? -magnitude : magnitude;
}
