/** A linear map from `domain` to `range`. */
export interface Scale {
  (value: number): number;
  readonly domain: readonly [number, number];
}

export function linearScale(domain: readonly [number, number], range: readonly [number, number]): Scale {
  const span = domain[1] - domain[0];
  const map = (value: number): number =>
    span === 0 ? (range[0] + range[1]) / 2 : range[0] + ((value - domain[0]) / span) * (range[1] - range[0]);
  return Object.assign(map, { domain });
}

/** Round numbers (1, 2 or 5 times a power of ten apart) within `domain`, about `count` of them. */
export function ticks(domain: readonly [number, number], count: number): number[] {
  const span = domain[1] - domain[0];
  if (!(span > 0)) return [domain[0]];
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(domain[0] / step - 1e-9);
  const last = Math.floor(domain[1] / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** The least domain of round bounds around `values`, with at least `minimumSpan`. */
export function niceDomain(values: readonly number[], minimumSpan = 0): [number, number] {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return [0, 1];
  let low = Math.min(...finite);
  let high = Math.max(...finite);
  const missing = Math.max(minimumSpan, Math.abs(high) * 1e-6, 1e-12) - (high - low);
  if (missing > 0) {
    low -= missing / 2;
    high += missing / 2;
  }
  const [a, b] = ticks([low, high], 4);
  const step = a !== undefined && b !== undefined ? b - a : high - low;
  return [Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step];
}
