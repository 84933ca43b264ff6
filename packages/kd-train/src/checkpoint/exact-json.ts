/** Numbers that JSON has no form for, and -0, which it loses. */
const OTHER_NUMBERS: ReadonlyMap<string, number> = new Map([
  ['number:NaN', Number.NaN],
  ['number:Infinity', Number.POSITIVE_INFINITY],
  ['number:-Infinity', Number.NEGATIVE_INFINITY],
  ['number:-0', -0],
]);

/** Keys that name what objects inherit; merging an object that has one can change every other object. */
const INHERITED = new Set(['__proto__', 'constructor', 'prototype']);

/** Readable JSON from which `parseExactJson` makes the same value again, whatever its numbers. */
export function exactJson(value: unknown): string {
  const encode = (_key: string, each: unknown): unknown =>
    typeof each === 'number' && (!Number.isFinite(each) || Object.is(each, -0))
      ? `number:${Object.is(each, -0) ? '-0' : each}`
      : each;
  return JSON.stringify(value, encode, 1);
}

/** The value of a text of `exactJson`. Throws a `SyntaxError` for other texts, and for keys that objects inherit. */
export function parseExactJson(text: string): unknown {
  return JSON.parse(text, (key, each: unknown) => {
    if (INHERITED.has(key)) throw new SyntaxError(`The key '${key}' is not allowed.`);
    return typeof each === 'string' ? (OTHER_NUMBERS.get(each) ?? each) : each;
  });
}
