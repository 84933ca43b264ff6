import { summarize } from '../../statistics/summary.ts';
import { percent, signed } from '../../text/format-number.ts';
import { type LinePoint, type LineSeries, lineChart } from '../charts/line-chart.ts';
import { pairedDots } from '../charts/paired-dots.ts';
import { niceDomain } from '../charts/scale.ts';
import { type HtmlValue, html, type Markup } from '../html.ts';
import type { NetworkResult, RunReport } from '../report-data.ts';
import { distillationGain, findNetwork, valuesOf } from '../results.ts';

/** Seed by seed, and epoch by epoch. */
export function curvesSection(report: RunReport): Markup | undefined {
  const figures = [pairs(report), curves(report)].filter((figure) => figure !== undefined);
  if (figures.length === 0) return undefined;
  const paired = findNetwork(report, 'alone') !== undefined;
  return html`<section aria-labelledby="runs">
<h2 id="runs">${paired ? 'Run by run' : 'While training'}</h2>
${paired && html`<p class="about">Each pair shares its initial weights, its batches, its optimiser and its number of updates; only the loss differs.</p>`}
<div class="columns">${figures}</div>
</section>`;
}

function pairs(report: RunReport): HtmlValue {
  const alone = findNetwork(report, 'alone');
  const distilled = findNetwork(report, 'distilled');
  const gain = distillationGain(report, 'top1');
  if (alone === undefined || distilled === undefined || gain === undefined) return undefined;
  const before = valuesOf(alone, 'top1');
  const after = valuesOf(distilled, 'top1');
  const rows = alone.runs.map((run, index) => ({
    label: `seed ${run.seed}`,
    before: before[index]!,
    after: after[index]!,
  }));
  const wins = rows.filter((row) => row.after > row.before).length;
  const chart = pairedDots({
    id: 'paired-dots',
    title: 'Top-1 accuracy of the student alone and distilled, by seed',
    description: `The distilled student is ahead in ${wins} of ${rows.length} seeds; the mean difference is ${signed(gain.mean * 100, 2)} points.`,
    rows,
    mean: { label: 'mean', before: summarize(before).mean, after: summarize(after).mean },
    beforeLabel: 'student alone',
    afterLabel: 'student distilled',
    xLabel: `top-1 on the ${report.split} split, %`,
    format: (value) => percent(value, 1),
    formatDifference: (value) => signed(value * 100, 2),
  });
  return html`<figure><h3>Student alone and distilled, by seed</h3>${chart}<figcaption>Ahead in ${wins} of ${rows.length} seeds. The numbers at the right are differences in points.</figcaption></figure>`;
}

function curves(report: RunReport): HtmlValue {
  const series = report.networks
    .map((network) => ({ label: shortLabel(network), role: network.role, points: curveOf(network) }))
    .filter((each) => each.points.length > 1);
  if (series.length === 0) return undefined;
  const chart = lineChart({
    id: 'learning-curves',
    title: 'Validation accuracy by epoch',
    description: series.map(describeSeries).join(' '),
    series,
    xLabel: 'epoch',
    formatY: (value) => percent(value, 0),
    yDomain: settledDomain(series),
  });
  const several = (report.networks[0]?.runs.length ?? 0) > 1;
  return html`<figure><h3>Top-1 on the validation split while training, %</h3>${chart}<figcaption>${several && 'Mean, with the range over the seeds. '}The first epochs may lie below the plot.</figcaption></figure>`;
}

/** Accuracies start near chance; the axis shows where they end, which is what differs. */
function settledDomain(series: readonly LineSeries[]): [number, number] {
  const settled = series.flatMap(({ points }) =>
    points.slice(Math.floor(points.length / 5)).flatMap((point) => [point.y, ...(point.spread ?? [])]),
  );
  const [low, high] = niceDomain(settled, 0.02);
  return [Math.max(0, low), Math.min(1, high)];
}

function curveOf(network: NetworkResult): LinePoint[] {
  const longest = network.runs.reduce(
    (a, b) => (b.curve.length > a.length ? b.curve : a),
    network.runs[0]?.curve ?? [],
  );
  return longest.map(({ epoch }, index) => {
    const values = network.runs.flatMap((run) => run.curve[index]?.validationTop1 ?? []);
    const point = { x: epoch, y: summarize(values).mean };
    return values.length > 1
      ? { ...point, spread: [Math.min(...values), Math.max(...values)] as const }
      : point;
  });
}

function shortLabel(network: NetworkResult): string {
  return network.role === 'teacher' ? 'teacher' : network.role === 'alone' ? 'alone' : 'distilled';
}

function describeSeries({ label, points }: LineSeries): string {
  const last = points.at(-1)!;
  return `${label}: ${percent(last.y)} % after epoch ${last.x}.`;
}
