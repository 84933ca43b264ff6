import type { NumberRange } from 'kd-train';
import { z } from 'zod';

// The error text of every part says what is expected, as the end of "<path> must be ...".

export const number = (expected: string, range: NumberRange = {}): z.ZodNumber =>
  within(z.number({ error: expected }), expected, range);

/** A number that says its own range. */
export const numberIn = (range: NumberRange): z.ZodNumber => number(rangeText('a number', range), range);

export const wholeNumberIn = (range: NumberRange): z.ZodNumber => {
  const expected = rangeText('a whole number', range);
  return within(z.int({ error: expected }), expected, range);
};

export const wholeNumber = (minimum: number): z.ZodNumber => wholeNumberIn({ minimum });

export const text = (expected: string): z.ZodString =>
  z.string({ error: expected }).min(1, { error: expected });

export const object = <Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> => {
  const keys = Object.keys(shape).map((key) => `'${key}'`);
  return z.strictObject(shape, {
    error: `an object with ${keys.length === 1 ? 'the key' : 'the keys'} ${keys.join(', ')}`,
  });
};

/** `what` and its range in words: `a number from 0 to below 1`. */
export function rangeText(what: string, { minimum, above, maximum, below }: NumberRange): string {
  if (minimum !== undefined && maximum !== undefined)
    return `${what} from ${show(minimum)} to ${show(maximum)}`;
  if (minimum !== undefined && below !== undefined)
    return `${what} from ${show(minimum)} to below ${show(below)}`;
  if (above !== undefined && maximum !== undefined)
    return `${what} above ${show(above)} and at most ${show(maximum)}`;
  if (above !== undefined && below !== undefined) return `${what} between ${show(above)} and ${show(below)}`;
  if (minimum !== undefined) return `${what} of at least ${show(minimum)}`;
  if (above !== undefined) return `${what} above ${show(above)}`;
  if (maximum !== undefined) return `${what} of at most ${show(maximum)}`;
  return below === undefined ? what : `${what} below ${show(below)}`;
}

function show(bound: number): string {
  return bound === Math.PI ? 'pi' : String(bound);
}

function within(
  schema: z.ZodNumber,
  error: string,
  { minimum, above, maximum, below }: NumberRange,
): z.ZodNumber {
  let bounded = schema;
  if (minimum !== undefined) bounded = bounded.min(minimum, { error });
  if (above !== undefined) bounded = bounded.gt(above, { error });
  if (maximum !== undefined) bounded = bounded.max(maximum, { error });
  if (below !== undefined) bounded = bounded.lt(below, { error });
  return bounded;
}
