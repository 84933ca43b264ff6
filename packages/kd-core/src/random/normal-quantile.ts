import { naturalLogarithm } from './natural-logarithm.ts';

type Coefficients = readonly [number, number, number, number, number, number, number, number];

// Coefficients of the two rational approximations, lowest power first.
const centreNumerator = [
  3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987,
  67265.7709270087, 33430.57558358813, 2509.0809287301227,
] as const;
const centreDenominator = [
  1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
  28729.085735721943, 5226.495278852854,
] as const;
const tailNumerator = [
  1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
  0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
] as const;
const tailDenominator = [
  1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
  0.0005475938084995345, 1.0507500716444169e-9,
] as const;

/**
 * The inverse of the standard normal distribution function, for probabilities in [2^-33, 1 - 2^-33], to
 * about 1e-15 (Wichura, 1988, "Algorithm AS 241", PPND16, without the branch for rarer probabilities).
 * Only operations that IEEE 754 rounds exactly, so the same result everywhere.
 */
export function normalQuantile(probability: number): number {
  const centred = probability - 0.5;
  if (Math.abs(centred) <= 0.425) {
    const square = 0.180625 - centred * centred;
    return (centred * polynomial(centreNumerator, square)) / polynomial(centreDenominator, square);
  }
  const tail = centred < 0 ? probability : 1 - probability;
  const distance = Math.sqrt(-naturalLogarithm(tail)) - 1.6;
  const quantile = polynomial(tailNumerator, distance) / polynomial(tailDenominator, distance);
  return centred < 0 ? -quantile : quantile;
}

/** Of degree 7. Written out: it is computed twice for every parameter of a new network. */
function polynomial(c: Coefficients, x: number): number {
  return ((((((c[7] * x + c[6]) * x + c[5]) * x + c[4]) * x + c[3]) * x + c[2]) * x + c[1]) * x + c[0];
}
