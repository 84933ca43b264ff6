const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

/** The number that 16 bits mean as IEEE 754 half precision (float16). */
export function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The number that 16 bits mean as bfloat16: the upper half of a float32. */
export function brainToFloat(bits: number): number {
  word[0] = bits << 16;
  return float[0]!;
}
