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

const word = new Float32Array(1);
const bitsOfWord = new Uint32Array(word.buffer);

/** The 16 bits of the IEEE 754 binary16 nearest to a float32, ties to even; what is too large becomes infinite. */
export function halfOfFloat32(value: number): number {
  word[0] = value;
  const bits = bitsOfWord[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // From 65520 on, the nearest would be 65536.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude < 0x38800000) {
    // Below the smallest normal half, the fraction counts steps of 2^-24; scaling by a power of two is exact.
    return sign | roundToEven(Math.abs(value) / SUBNORMAL_STEP);
  }
  // The exponent's bias falls from 127 to 15; rounding 13 bits away may carry into it, as it should.
  const rebiased = magnitude - 0x38000000;
  return sign | ((rebiased + 0xfff + ((rebiased >>> 13) & 1)) >>> 13);
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest > 0.5 || (rest === 0.5 && floor % 2 === 1)) return floor + 1;
  return floor;
}

/** Numbers as float16 bits. */
export function encodeHalves(values: ArrayLike<number>): Uint16Array<ArrayBuffer> {
  const bits = new Uint16Array(values.length);
  for (let index = 0; index < values.length; index++) bits[index] = halfOfFloat32(values[index]!);
  return bits;
}

let table: Float32Array | undefined;

/** Little-endian float16 bits as float32, written into `target` from `at` on. */
export function decodeHalves(bytes: Uint8Array, target: Float32Array, at: number): void {
  // All 65,536 values: many times faster than taking each apart.
  table ??= Float32Array.from({ length: 1 << 16 }, (_, bits) => float32OfHalf(bits));
  for (let offset = 0; offset + 1 < bytes.length; offset += 2) {
    target[at++] = table[bytes[offset]! | (bytes[offset + 1]! << 8)]!;
  }
}
