import { requireArgument } from 'kd-core';

/** Throws `INVALID_ARGUMENT` unless `widthMultiplier` is positive and leaves a channel to a layer of `narrowest` channels. */
export function requireWidthMultiplier(family: string, widthMultiplier: number, narrowest: number): void {
  requireArgument(
    Number.isFinite(widthMultiplier) && widthMultiplier * narrowest >= 1,
    () =>
      `${family} widthMultiplier must be at least 1/${narrowest}, so that the narrowest layer keeps a channel, got ${widthMultiplier}.`,
  );
}

/** The nearest multiple of 8, at least 8 and never less than nine tenths of `width`: how the authors round widths. */
export function roundToEight(width: number): number {
  const nearest = Math.max(8, Math.floor((width + 4) / 8) * 8);
  return nearest < 0.9 * width ? nearest + 8 : nearest;
}
