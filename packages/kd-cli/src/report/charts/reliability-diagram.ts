import type { Markup } from '../html.ts';
import { linearScale } from './scale.ts';
import { type ChartText, label, line, rectangle, svg } from './svg.ts';

/** Predictions whose confidence falls into one interval; the intervals divide (0, 1] evenly. */
export interface ReliabilityBin {
  readonly count: number;
  readonly accuracy: number;
  readonly confidence: number;
}

export interface ReliabilityDiagram extends ChartText {
  readonly role: string;
  readonly bins: readonly ReliabilityBin[];
}

const width = 290;
const plot = { left: 38, top: 8, size: 236 };
const histogram = { gap: 12, height: 40 };

/**
 * Accuracy against confidence by bins (DeGroot & Fienberg 1983; Guo et al. 2017), with the diagonal of perfect
 * calibration, the gap of each bin to its mean confidence, and below it how many predictions each bin holds.
 */
export function reliabilityDiagram(chart: ReliabilityDiagram): Markup {
  const right = plot.left + plot.size;
  const bottom = plot.top + plot.size;
  const x = linearScale([0, 1], [plot.left, right]);
  const y = linearScale([0, 1], [bottom, plot.top]);
  const step = plot.size / chart.bins.length;
  const largest = Math.max(1, ...chart.bins.map((bin) => bin.count));
  const histogramBottom = bottom + histogram.gap + histogram.height;

  const grid = [0, 0.25, 0.5, 0.75, 1].map((tick) => [
    line(plot.left, y(tick), right, y(tick), 'grid'),
    label(plot.left - 8, y(tick) + 4, `${tick * 100}`, 'tick end'),
    label(x(tick), histogramBottom + 16, `${tick * 100}`, 'tick middle'),
  ]);
  const bars = chart.bins.map((bin, index) => {
    if (bin.count === 0) return undefined;
    const left = plot.left + index * step + 1;
    const [low, high] = [Math.min(bin.accuracy, bin.confidence), Math.max(bin.accuracy, bin.confidence)];
    const height = (bin.count / largest) * histogram.height;
    return [
      rectangle(left, y(low), step - 2, bottom - y(low), `bar ${chart.role}`),
      rectangle(left, y(high), step - 2, y(low) - y(high), 'gap'),
      line(left, y(bin.accuracy), left + step - 2, y(bin.accuracy), `level ${chart.role}`),
      rectangle(left, histogramBottom - height, step - 2, height, 'count'),
    ];
  });
  return svg(chart, width, histogramBottom + 34, [
    grid,
    bars,
    line(plot.left, bottom, right, plot.top, 'diagonal'),
    line(plot.left, bottom, right, bottom, 'axis'),
    line(plot.left, histogramBottom, right, histogramBottom, 'axis'),
    label((plot.left + right) / 2, histogramBottom + 31, 'confidence, %', 'axis-label middle'),
  ]);
}

/** One set of bins from several runs: counts added, accuracy and confidence weighted by count. */
export function poolBins(runs: readonly (readonly ReliabilityBin[])[]): ReliabilityBin[] {
  const length = runs[0]?.length ?? 0;
  return Array.from({ length }, (_, index) => {
    const bins = runs.map((run) => run[index]!);
    const count = bins.reduce((sum, bin) => sum + bin.count, 0);
    const weighted = (pick: (bin: ReliabilityBin) => number): number =>
      count === 0 ? 0 : bins.reduce((sum, bin) => sum + bin.count * pick(bin), 0) / count;
    return {
      count,
      accuracy: weighted((bin) => bin.accuracy),
      confidence: weighted((bin) => bin.confidence),
    };
  });
}
