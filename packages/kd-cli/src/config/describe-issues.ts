import type { z } from 'zod';
import { didYouMean } from '../text/nearest.ts';
import { keysAt } from './schema-keys.ts';

/** Something wrong in a configuration, and where. */
export interface ConfigProblem {
  /** `method[1].temperature`; empty for the whole. */
  readonly path: string;
  readonly message: string;
}

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** Every issue as a sentence with its path, what was expected, what was found and the nearest right spelling. */
export function describeIssues(
  issues: readonly Issue[],
  input: unknown,
  schema: z.core.$ZodType,
): ConfigProblem[] {
  return issues.flatMap((issue) => describe(issue, [], input, schema));
}

function describe(issue: Issue, prefix: Path, input: unknown, schema: z.core.$ZodType): ConfigProblem[] {
  const path = [...prefix, ...issue.path];
  const value = valueAt(input, path);
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, path, input);
    return issue.keys.map((key) => ({
      path: pathText([...path, key]),
      message: `is not a known key.${didYouMean(key, known)} Known here: ${known.join(', ')}.`,
    }));
  }
  if (issue.code === 'invalid_union') {
    const options = (issue as { options?: readonly unknown[] }).options;
    if (issue.errors.length === 0 && options !== undefined) return [wrongChoice(path, value, options)];
    const meant = issue.errors.filter((errors) => !errors.some((error) => rejectsWhole(error, value)));
    // Exactly one part takes a value of this kind: its own complaints say more than the union's.
    if (meant.length === 1 && !meant[0]!.some(isOtherWord))
      return meant[0]!.flatMap((error) => describe(error, path, input, schema));
  }
  if (issue.code === 'invalid_value' && typeof value === 'string')
    return [wrongChoice(path, value, issue.values)];
  const expected = issue.code === 'invalid_value' ? `one of ${quoted(issue.values)}` : issue.message;
  return [{ path: pathText(path), message: complaint(value, expected) }];
}

/** Whether a part of a union takes no value of this kind at all. */
function rejectsWhole(issue: Issue, value: unknown): boolean {
  if (issue.path.length > 0) return false;
  return issue.code === 'invalid_type' || (issue.code === 'invalid_value' && typeof value !== 'string');
}

/** Whether all that a part of a union takes is one other word, so that it does not say what else there is. */
function isOtherWord(issue: Issue): boolean {
  return issue.code === 'invalid_value' && issue.path.length === 0 && issue.values.length === 1;
}

function wrongChoice(path: Path, value: unknown, choices: readonly unknown[]): ConfigProblem {
  const suggestion = typeof value === 'string' ? didYouMean(value, choices.map(String)) : '';
  return { path: pathText(path), message: complaint(value, `one of ${quoted(choices)}`) + suggestion };
}

function complaint(value: unknown, expected: string): string {
  return value === undefined
    ? `is missing; it must be ${expected}.`
    : `must be ${expected}, got ${show(value)}.`;
}

function quoted(values: readonly unknown[]): string {
  return values.map((value) => (typeof value === 'string' ? `'${value}'` : String(value))).join(', ');
}

/** `method[1].pairs` */
function pathText(path: Path): string {
  return path.reduce<string>(
    (whole, part) =>
      typeof part === 'number'
        ? `${whole}[${part}]`
        : whole === ''
          ? String(part)
          : `${whole}.${String(part)}`,
    '',
  );
}

function valueAt(input: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    input,
  );
}

/** A value as a reader would recognise it, in at most 60 characters. */
function show(value: unknown): string {
  if (typeof value === 'number' || value === null) return String(value);
  if (typeof value === 'function') return 'a function';
  const written = typeof value === 'string' ? `'${value}'` : (JSON.stringify(value) ?? String(value));
  return written.length > 60 ? `${written.slice(0, 57)}...` : written;
}
