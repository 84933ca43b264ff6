import { requireArgument } from 'kd-core';

/** Throws `INVALID_ARGUMENT` unless `classes` is a whole number of at least 1. */
export function requireClasses(family: string, classes: number): void {
  requireArgument(
    Number.isInteger(classes) && classes >= 1,
    () => `${family} classes must be a whole number of at least 1, got ${classes}.`,
  );
}

/**
 * Throws `INVALID_ARGUMENT` unless `inputShape` is [height, width, channels] with sides of at least
 * `smallestSide`; `reason` completes the sentence "`family` ...".
 */
export function requireInputShape(
  family: string,
  inputShape: readonly number[],
  { smallestSide, reason }: { readonly smallestSide: number; readonly reason: string },
): void {
  requireArgument(
    inputShape.length === 3 && inputShape.every((size) => Number.isInteger(size) && size >= 1),
    () =>
      `${family} inputShape must be [height, width, channels], all at least 1, got [${inputShape.join(', ')}].`,
  );
  const [height, width] = inputShape as readonly [number, number, number];
  requireArgument(
    Math.min(height, width) >= smallestSide,
    () =>
      `${family} ${reason}, so both sides must be at least ${smallestSide}, got ${height}x${width}. Enlarge or pad the images.`,
  );
}
