import { html, type Markup } from '../html.ts';
import { linearScale, niceDomain, ticks } from './scale.ts';
import { type ChartText, label, line, marker, path, round, svg } from './svg.ts';

export interface LinePoint {
  readonly x: number;
  readonly y: number;
  /** Bounds of the spread at x; absent for a single run. */
  readonly spread?: readonly [number, number];
}

export interface LineSeries {
  readonly label: string;
  readonly role: string;
  readonly points: readonly LinePoint[];
}

export interface LineChart extends ChartText {
  readonly series: readonly LineSeries[];
  /** What is counted along x, in whole numbers. */
  readonly xLabel: string;
  readonly formatY: (value: number) => string;
  /** Where the y axis is cut off; what lies outside is not drawn. */
  readonly yDomain?: readonly [number, number];
}

const size = { width: 460, height: 260 };
const margin = { top: 14, right: 86, bottom: 36, left: 44 };

/** Lines with their spread, each labelled at its end, so that no legend and no colour is needed to read it. */
export function lineChart(chart: LineChart): Markup {
  const points = chart.series.flatMap((series) => series.points);
  const bounds = points.flatMap((point) => [point.y, ...(point.spread ?? [])]);
  const yDomain = chart.yDomain ?? niceDomain(bounds);
  const xDomain: [number, number] = [0, Math.max(1, ...points.map((point) => point.x))];
  const right = size.width - margin.right;
  const bottom = size.height - margin.bottom;
  const x = linearScale(xDomain, [margin.left, right]);
  const y = linearScale(yDomain, [bottom, margin.top]);

  const grid = ticks(yDomain, 4).map((tick) => [
    line(margin.left, y(tick), right, y(tick), 'grid'),
    label(margin.left - 8, y(tick) + 4, chart.formatY(tick), 'tick end'),
  ]);
  const xTicks = ticks(xDomain, 5)
    .filter(Number.isInteger)
    .map((tick) => label(x(tick), bottom + 17, String(tick), 'tick middle'));
  const bands = chart.series.map((series) => {
    const withSpread = series.points.filter((point) => point.spread !== undefined);
    if (withSpread.length < 2) return undefined;
    const upper = withSpread.map((point) => [x(point.x), y(point.spread![1])] as const);
    const lower = withSpread.map((point) => [x(point.x), y(point.spread![0])] as const).reverse();
    const d = [...upper, ...lower]
      .map(([px, py], i) => `${i === 0 ? 'M' : 'L'}${round(px)} ${round(py)}`)
      .join('');
    return html`<path d="${d}Z" class="band ${series.role}"/>`;
  });
  const lines = chart.series.map((series) =>
    path(
      series.points.map((point) => [x(point.x), y(point.y)] as const),
      `line ${series.role}`,
    ),
  );
  const ends = spreadApart(
    chart.series.flatMap((series) => {
      const last = series.points.at(-1);
      return last === undefined ? [] : [{ series, x: x(last.x), y: Math.min(bottom, y(last.y)) }];
    }),
    15,
    [margin.top, bottom],
  ).map(({ series, x: endX, y: endY, labelY }) => [
    marker(endX, endY, series.role),
    label(endX + 10, labelY + 4, series.label, 'series-label'),
  ]);
  return svg(chart, size.width, size.height, [
    grid,
    line(margin.left, bottom, right, bottom, 'axis'),
    xTicks,
    label((margin.left + right) / 2, size.height - 3, chart.xLabel, 'axis-label middle'),
    html`<clipPath id="${chart.id}-plot"><rect x="${margin.left}" y="0" width="${size.width}" height="${bottom}"/></clipPath>`,
    html`<g clip-path="url(#${chart.id}-plot)">${bands}${lines}</g>`,
    ends,
  ]);
}

/** Moves labels apart, in order of height, until they are `gap` pixels from each other and within `range`. */
export function spreadApart<T extends { readonly y: number }>(
  items: readonly T[],
  gap: number,
  range: readonly [number, number],
): (T & { readonly labelY: number })[] {
  const sorted = [...items].sort((a, b) => a.y - b.y);
  const placed: number[] = [];
  for (const item of sorted) placed.push(Math.max(item.y, (placed.at(-1) ?? Number.NEGATIVE_INFINITY) + gap));
  let limit = range[1];
  for (let i = placed.length - 1; i >= 0; i--) {
    placed[i] = Math.min(placed[i]!, limit);
    limit = placed[i]! - gap;
  }
  return sorted.map((item, index) => ({ ...item, labelY: placed[index]! }));
}
