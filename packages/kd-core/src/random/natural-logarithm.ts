// 1 / (2k + 1) for k = 10 .. 1: with |s| < 0.172 the next term of the series is below 1e-18.
const seriesCoefficients = [21, 19, 17, 15, 13, 11, 9, 7, 5, 3].map((odd) => 1 / odd);

/** Between doubles and their bits; nothing stays in it from call to call. */
const view = new DataView(new ArrayBuffer(8));

/**
 * ln x for positive normal doubles. `Math.log` may differ in the last bit from engine to engine; this uses
 * only operations that IEEE 754 rounds exactly. With x = 2^e m, m in [sqrt 1/2, sqrt 2) and
 * s = (m - 1) / (m + 1): ln x = e ln 2 + 2 artanh s.
 */
export function naturalLogarithm(x: number): number {
  view.setFloat64(0, x);
  const high = view.getUint32(0);
  let exponent = (high >>> 20) - 1023;
  view.setUint32(0, (high & 0xfffff) | 0x3ff00000);
  let mantissa = view.getFloat64(0);
  if (mantissa >= Math.SQRT2) {
    mantissa /= 2;
    exponent += 1;
  }
  const s = (mantissa - 1) / (mantissa + 1);
  const square = s * s;
  let series = 0;
  for (let term = 0; term < seriesCoefficients.length; term++)
    series = (series + seriesCoefficients[term]!) * square;
  return exponent * Math.LN2 + 2 * (s + s * series);
}
