import type { Markup } from '../html.ts';
import { linearScale } from './scale.ts';
import { type ChartText, label, rectangle, svg } from './svg.ts';

export interface Bar {
  readonly label: string;
  readonly role: string;
  readonly value: number;
  /** The value as read. */
  readonly text: string;
}

export interface BarChart extends ChartText {
  readonly bars: readonly Bar[];
}

const width = 460;
const rowHeight = 40;

/** Horizontal bars from zero, each with its name above and its value at the end. */
export function barChart(chart: BarChart): Markup {
  const largest = Math.max(...chart.bars.map((bar) => bar.value), Number.MIN_VALUE);
  const x = linearScale([0, largest], [0, width - 90]);
  const rows = chart.bars.map((bar, index) => {
    const y = index * rowHeight;
    const length = Math.max(1.5, x(bar.value));
    return [
      label(0, y + 13, bar.label, 'series-label'),
      rectangle(0, y + 19, length, 12, `bar ${bar.role}`),
      label(length + 8, y + 29, bar.text, 'figure'),
    ];
  });
  return svg(chart, width, chart.bars.length * rowHeight, rows);
}
