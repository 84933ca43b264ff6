import { add, mul, type Scalar } from '@tensorflow/tfjs-core';
import { requireArgument } from 'kd-core';

/** Throws `INVALID_ARGUMENT` unless all are finite and at least 0, and one is above. */
export function requireWeights(weights: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(weights)) {
    requireArgument(
      Number.isFinite(value) && value >= 0,
      () => `${name} must be a finite number of at least 0, got ${value}.`,
    );
  }
  requireArgument(
    Object.values(weights).some((value) => value > 0),
    () => `${Object.keys(weights).join(' and ')} must not both be 0.`,
  );
}

/** One part of a loss. */
export interface WeightedTerm {
  readonly weight: number;
  compute(): Scalar;
}

/** The terms whose weight is not 0, and their weighted sum; the others are never computed. */
export function addTerms(all: Readonly<Record<string, WeightedTerm>>): {
  readonly total: Scalar;
  readonly terms: Readonly<Record<string, Scalar>>;
} {
  const counted = Object.entries(all).filter(([, { weight }]) => weight > 0);
  const terms = Object.fromEntries(counted.map(([name, { compute }]) => [name, compute()]));
  const weighted = counted.map(([name, { weight }]): Scalar => mul(terms[name]!, weight));
  return { total: weighted.reduce((total, part) => add(total, part)), terms };
}
