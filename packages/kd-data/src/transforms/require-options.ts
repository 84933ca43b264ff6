import { requireArgument } from 'kd-core';

// Options of transforms may come from a `TransformSpec`, thus from JSON: types are checked as well as ranges.

export function requireProbability(name: string, value: number): void {
  requireNumber(name, value, { minimum: 0, maximum: 1 }, 'in 0..1');
}

/** `range` is the range in words. */
export function requireNumber(
  name: string,
  value: number,
  { minimum, maximum }: { readonly minimum: number; readonly maximum: number },
  range = `from ${minimum} to ${maximum}`,
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

/** Refuses what is no pair of finite numbers in order, both from `minimum` on. */
export function requireRange(
  name: string,
  range: readonly [number, number],
  { minimum, maximum = Number.POSITIVE_INFINITY }: { readonly minimum: number; readonly maximum?: number },
): void {
  requireArgument(
    Array.isArray(range) &&
      range.length === 2 &&
      range.every(Number.isFinite) &&
      range[0] >= minimum &&
      range[0] <= range[1] &&
      range[1] <= maximum,
    () =>
      `${name} must be two numbers in order, from ${minimum}${Number.isFinite(maximum) ? ` to ${maximum}` : ' on'}, got ${JSON.stringify(range)}.`,
  );
}

export function requireOneOf<Choice extends string>(
  name: string,
  value: Choice,
  choices: readonly Choice[],
): void {
  requireArgument(
    choices.includes(value),
    () =>
      `${name} must be ${choices.map((choice) => `'${choice}'`).join(' or ')}, got ${JSON.stringify(value)}.`,
  );
}
