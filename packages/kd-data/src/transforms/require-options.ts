import { requireArgument } from 'kd-core';

// Options of transforms may come from a `TransformSpec`, thus from JSON: types are checked as well as ranges.

export function requireProbability(name: string, value: number): void {
  requireNumber(name, value, { minimum: 0, maximum: 1 }, 'in 0..1');
}

/** `range` in words completes "must be". */
export function requireNumber(
  name: string,
  value: number,
  { minimum, maximum }: { readonly minimum: number; readonly maximum: number },
  range: string,
): void {
  requireArgument(
    typeof value === 'number' && value >= minimum && value <= maximum,
    () => `${name} must be ${range}, got ${String(value)}.`,
  );
}

export function requireWholeNumber(name: string, value: number, minimum: number, unit: string): void {
  requireArgument(
    Number.isInteger(value) && value >= minimum,
    () => `${name} must be a whole number of ${unit}, ${minimum} or more, got ${String(value)}.`,
  );
}

/** Refuses what is no list of finite numbers. */
export function requireNumbers(name: string, values: readonly number[]): void {
  requireArgument(
    Array.isArray(values) && values.every(Number.isFinite),
    () =>
      `${name} must be a list of finite numbers, got ${Array.isArray(values) ? `[${values.join(', ')}]` : String(values)}.`,
  );
}
