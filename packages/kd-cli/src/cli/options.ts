import { didYouMean } from '../text/nearest.ts';
import { UsageError } from './usage-error.ts';

/** Options as parsed, camelCased, values unchecked. */
export type ParsedOptions = Readonly<Record<string, unknown>>;

/** A switch; absent is false. */
export function switchOption(options: ParsedOptions, name: string): boolean {
  return options[camelCase(name)] === true;
}

/** A text option, or undefined when absent. Numbers are taken as they were written. */
export function textOption(options: ParsedOptions, name: string): string | undefined {
  const value = single(options, name);
  if (value === undefined) return undefined;
  const text = String(value);
  if (text === '') throw new UsageError(`--${name} needs a value.`);
  return text;
}

/** A whole number of at least `min`, or undefined when absent. */
export function integerOption(options: ParsedOptions, name: string, min: number): number | undefined {
  const value = single(options, name);
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min) {
    throw new UsageError(`--${name} must be a whole number of at least ${min}, got '${String(value)}'.`);
  }
  return value;
}

/** A number between 0 and 1, both excluded, or undefined when absent. */
export function shareOption(options: ParsedOptions, name: string): number | undefined {
  const value = single(options, name);
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !(value > 0 && value < 1)) {
    throw new UsageError(`--${name} must be a number above 0 and below 1, got '${String(value)}'.`);
  }
  return value;
}

/** One of `choices`, or undefined when absent. */
export function choiceOption<T extends string>(
  options: ParsedOptions,
  name: string,
  choices: readonly T[],
): T | undefined {
  const value = textOption(options, name);
  if (value === undefined) return undefined;
  const match = choices.find((choice) => choice === value);
  if (match !== undefined) return match;
  const known = choices.map((choice) => `'${choice}'`).join(', ');
  throw new UsageError(`--${name} must be one of ${known}, got '${value}'.${didYouMean(value, choices)}`);
}

/** Numbers between commas, or undefined when absent. */
export function numbersOption(options: ParsedOptions, name: string): readonly number[] | undefined {
  const text = textOption(options, name);
  if (text === undefined) return undefined;
  const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (numbers.every(Number.isFinite)) return numbers;
  throw new UsageError(`--${name} must be numbers with commas between them, got '${text}'.`);
}

/** Height, width and channels as `32x32x3`, or undefined when absent. */
export function imageShapeOption(
  options: ParsedOptions,
  name: string,
): readonly [height: number, width: number, channels: number] | undefined {
  const text = textOption(options, name);
  if (text === undefined) return undefined;
  const sizes = /^([1-9]\d*)x([1-9]\d*)x([1-9]\d*)$/.exec(text)?.slice(1).map(Number);
  const [height, width, channels] = sizes ?? [];
  if (height !== undefined && width !== undefined && channels !== undefined) return [height, width, channels];
  throw new UsageError(`--${name} must be height, width and channels, such as 32x32x3, got '${text}'.`);
}

function single(options: ParsedOptions, name: string): unknown {
  const value = options[camelCase(name)];
  if (Array.isArray(value)) throw new UsageError(`--${name} was given ${value.length} times; give it once.`);
  return value;
}

function camelCase(name: string): string {
  return name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
