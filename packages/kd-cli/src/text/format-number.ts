const minus = '\u2212';

/** `value` with `digits` decimals and a true minus sign; `n/a` when it is not a number. */
export function fixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'n/a' : value > 0 ? '\u221e' : `${minus}\u221e`;
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `${minus}${text}` : text;
}

/** Like `fixed`, with a plus sign on positive values: for differences. */
export function signed(value: number, digits: number): string {
  const text = fixed(value, digits);
  return value > 0 && Number(value.toFixed(digits)) !== 0 && Number.isFinite(value) ? `+${text}` : text;
}

/** A fraction as a percentage without its sign: 0.9734 is `97.3`. */
export function percent(fraction: number, digits = 1): string {
  return fixed(fraction * 100, digits);
}

/** Three significant digits with a unit: 41.6 M, 1.35 k, 812. `separator` stands before the unit. */
export function quantity(value: number, separator = ' '): string {
  return scaled(value, 1000, ['', 'k', 'M', 'G', 'T'], separator);
}

/** `value` in a format, or nothing where it is not known. */
export function known(value: number | undefined, format: (value: number) => string): string {
  return value === undefined ? '' : format(value);
}

/** Bytes in decimal units: 78.3 kB. */
export function bytes(value: number): string {
  return scaled(value, 1000, ['B', 'kB', 'MB', 'GB', 'TB'], ' ');
}

/** Milliseconds to three significant digits, but no finer than microseconds: 0.059, 0.184, 2.31, 12.9, 140. */
export function milliseconds(value: number): string {
  return Math.abs(value) < 0.1 ? fixed(value, 3) : significant(value, 3);
}

function scaled(value: number, base: number, units: readonly string[], separator: string): string {
  if (!Number.isFinite(value)) return fixed(value, 0);
  let magnitude = Math.abs(value);
  let index = 0;
  // 999.5 would round to 1000, which belongs to the next unit.
  while (magnitude >= base - 0.5 && index < units.length - 1) {
    magnitude /= base;
    index += 1;
  }
  const digits = index === 0 && Number.isInteger(value) ? String(magnitude) : significant(magnitude, 3);
  const unit = units[index]!;
  return `${value < 0 ? minus : ''}${digits}${unit === '' ? '' : separator}${unit}`;
}

/** `value` with `digits` significant digits and no exponent. */
export function significant(value: number, digits: number): string {
  if (!Number.isFinite(value) || value === 0) return fixed(value, 0);
  const exponent = Math.floor(Math.log10(Math.abs(Number(value.toPrecision(digits)))));
  return fixed(value, Math.max(0, digits - 1 - exponent));
}

/** Seconds as `0:07`, `12:30` or `1:02:03`; `-:--` while unknown. */
export function clock(seconds: number): string {
  if (!Number.isFinite(seconds)) return '-:--';
  const whole = Math.max(0, Math.round(seconds));
  const pad = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`;
}
