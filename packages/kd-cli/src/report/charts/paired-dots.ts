import { html, type Markup } from '../html.ts';
import { linearScale, niceDomain, ticks } from './scale.ts';
import { type ChartText, label, line, marker, round, svg } from './svg.ts';

interface PairedRow {
  readonly label: string;
  readonly before: number;
  readonly after: number;
}

export interface PairedDots extends ChartText {
  readonly rows: readonly PairedRow[];
  /** A last row set apart: the means. */
  readonly mean: PairedRow;
  readonly beforeLabel: string;
  readonly afterLabel: string;
  readonly xLabel: string;
  readonly format: (value: number) => string;
  readonly formatDifference: (value: number) => string;
}

const width = 460;
const margin = { top: 30, right: 62, bottom: 38, left: 66 };

/** One row a pair: a hollow dot before, a full dot after, an arrow between, the difference at the end. */
export function pairedDots(chart: PairedDots): Markup {
  // Many seeds get thinner rows, so that the chart stays beside its neighbour.
  const rowHeight = Math.min(32, Math.max(16, 170 / Math.max(1, chart.rows.length)));
  const all = [...chart.rows, chart.mean];
  const domain = niceDomain(all.flatMap((row) => [row.before, row.after]));
  const right = width - margin.right;
  const x = linearScale(domain, [margin.left, right]);
  const bottom = margin.top + all.length * rowHeight + 10;
  const center = (index: number): number =>
    margin.top + (index + 0.5) * rowHeight + (index === chart.rows.length ? 8 : 0);

  const grid = ticks(domain, 5).map((tick) => [
    line(x(tick), margin.top, x(tick), bottom, 'grid'),
    label(x(tick), bottom + 17, chart.format(tick), 'tick middle'),
  ]);
  const rows = all.map((row, index) => {
    const y = center(index);
    const strong = index === chart.rows.length ? ' strong' : '';
    return [
      label(margin.left - 14, y + 4, row.label, `tick end${strong}`),
      arrow(x(row.before), x(row.after), y),
      marker(x(row.before), y, 'alone', `${row.label}, ${chart.beforeLabel}: ${chart.format(row.before)}`),
      marker(x(row.after), y, 'distilled', `${row.label}, ${chart.afterLabel}: ${chart.format(row.after)}`),
      label(width - 4, y + 4, chart.formatDifference(row.after - row.before), `figure end${strong}`),
    ];
  });
  const separator = margin.top + chart.rows.length * rowHeight + 4;
  const key = [
    marker(margin.left + 5, 11, 'alone'),
    label(margin.left + 16, 15, chart.beforeLabel, 'series-label'),
    marker(margin.left + 150, 11, 'distilled'),
    label(margin.left + 161, 15, chart.afterLabel, 'series-label'),
  ];
  return svg(chart, width, bottom + margin.bottom, [
    key,
    grid,
    line(4, separator, width - 4, separator, 'axis'),
    rows,
    label((margin.left + right) / 2, bottom + margin.bottom - 3, chart.xLabel, 'axis-label middle'),
  ]);
}

function arrow(from: number, to: number, y: number): Markup | undefined {
  const direction = Math.sign(to - from);
  // Between dots that touch there is no room for an arrow.
  if (Math.abs(to - from) < 16) return undefined;
  const tip = to - direction * 8;
  const back = tip - direction * 5;
  return html`<path d="M${round(from + direction * 6)} ${round(y)}H${round(back)}" class="link"/><path d="M${round(tip)} ${round(y)}L${round(back)} ${round(y - 3.5)}V${round(y + 3.5)}Z" class="arrow-head"/>`;
}
