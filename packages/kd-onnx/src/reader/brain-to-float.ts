const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

/** The number that 16 bits mean as bfloat16: the upper half of a float32. */
export function brainToFloat(bits: number): number {
  word[0] = bits << 16;
  return float[0]!;
}
