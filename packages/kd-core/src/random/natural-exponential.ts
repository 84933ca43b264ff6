// 1 / k! for k = 13 .. 0: with |r| <= ln 2 / 2 the next term of the series is below 1e-17.
const seriesCoefficients = Array.from({ length: 14 }, (_, index) => {
  let factorial = 1;
  for (let k = 2; k <= 13 - index; k++) factorial *= k;
  return 1 / factorial;
});

// ln 2 in two parts, the first with zeros at its end, so that its product with an exponent is exact.
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** Between doubles and their bits; nothing stays in it from call to call. */
const view = new DataView(new ArrayBuffer(8));

/**
 * e^x for |x| <= 700, to about 1e-16 relative. `Math.exp` may differ in the last bit from engine to engine; this uses only
 * operations that IEEE 754 rounds exactly. With x = e ln 2 + r, |r| <= ln 2 / 2: e^x = 2^e e^r.
 */
export function naturalExponential(x: number): number {
  const exponent = Math.round(x / Math.LN2);
  const r = x - exponent * LN2_HIGH - exponent * LN2_LOW;
  let series = 0;
  for (let term = 0; term < seriesCoefficients.length; term++)
    series = series * r + seriesCoefficients[term]!;
  view.setUint32(0, (exponent + 1023) << 20);
  view.setUint32(4, 0);
  return series * view.getFloat64(0);
}
