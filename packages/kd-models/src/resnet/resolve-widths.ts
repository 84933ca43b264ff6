import { requireArgument } from 'kd-core';

export interface WidthOptions<Widths extends readonly number[]> {
  /** Multiplies the standard widths; each product must be a whole number. Default 1. */
  readonly widthFactor?: number;
  /** Widths given one by one, instead of `widthFactor`. */
  readonly widths?: Widths;
}

/**
 * The channels of the stem and of each stage. Throws `INVALID_ARGUMENT` for widths that are not whole positive numbers, and
 * for both options at once.
 */
export function resolveWidths<Widths extends readonly number[]>(
  family: string,
  standard: Widths,
  { widthFactor, widths }: WidthOptions<Widths>,
): Widths {
  requireArgument(
    widthFactor === undefined || widths === undefined,
    () => `${family} takes widthFactor or widths, not both; give the widths alone.`,
  );
  const resolved =
    widths ?? (standard.map((width) => width * (widthFactor ?? 1)) as readonly number[] as Widths);
  requireArgument(
    resolved.length === standard.length && resolved.every((width) => Number.isInteger(width) && width >= 1),
    () =>
      widths === undefined
        ? `${family} widthFactor must make the widths ${standard.join(', ')} whole and positive, so be a positive multiple of 1/${Math.min(...standard)}, got ${widthFactor}.`
        : `${family} widths must be ${standard.length} whole positive numbers (stem and ${standard.length - 1} stages), got [${resolved.join(', ')}].`,
  );
  return resolved;
}

/** What tells a network with these widths from the standard one in its name: nothing, or `-16-16-32-48`. */
export function widthSuffix(widths: readonly number[], standard: readonly number[]): string {
  return widths.every((width, index) => width === standard[index]) ? '' : `-${widths.join('-')}`;
}
