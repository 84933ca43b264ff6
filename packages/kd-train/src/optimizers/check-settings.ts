import { requireArgument } from 'kd-core';

/** Throws `INVALID_ARGUMENT` unless `value`, a setting called `name`, is finite and at least 0. */
export function requireAtLeastZero(name: string, value: number): void {
  requireArgument(
    Number.isFinite(value) && value >= 0,
    () => `${name} must be finite and at least 0, got ${value}.`,
  );
}

/** Throws `INVALID_ARGUMENT` unless `value` is finite and above 0. */
export function requireAboveZero(name: string, value: number): void {
  requireArgument(
    Number.isFinite(value) && value > 0,
    () => `${name} must be finite and above 0, got ${value}.`,
  );
}

/** Throws `INVALID_ARGUMENT` unless `value`, the share of the old in a running mean, is in [0, 1). */
export function requireBelowOne(name: string, value: number): void {
  requireArgument(value >= 0 && value < 1, () => `${name} must be in [0, 1), got ${value}.`);
}
