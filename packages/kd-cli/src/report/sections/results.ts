import { summarize } from '../../statistics/summary.ts';
import { bytes, fixed, known, milliseconds, percent, quantity } from '../../text/format-number.ts';
import { marker } from '../charts/svg.ts';
import { type HtmlValue, html, type Markup } from '../html.ts';
import type { NetworkResult, RunReport } from '../report-data.ts';
import {
  distillationGain,
  type MeasureDefinition,
  meanAndSpread,
  measures,
  valuesOf,
  verdict,
} from '../results.ts';

/** The table of everything measured. */
export function resultsSection(report: RunReport): Markup {
  const seeds = report.networks[0]?.runs.length ?? 0;
  const spread = seeds > 1 ? `mean ± standard deviation over ${seeds} seeds` : 'one seed';
  const latency = report.networks.find((network) => network.latency !== undefined)?.latency;
  return html`<section aria-labelledby="results">
<h2 id="results">Results</h2>
<p class="about">On the ${report.split} split, ${spread}. Lower is better for NLL (negative log-likelihood) and ECE (expected calibration error).</p>
<div class="scroll"><table>
<thead><tr><th scope="col">Network</th>${measures.map(({ name }) => html`<th scope="col">${name}</th>`)}<th scope="col">Parameters</th><th scope="col">MACs</th><th scope="col">ONNX file</th><th scope="col">Latency, ms</th></tr></thead>
<tbody>${report.networks.map(networkRow)}${differenceRows(report)}</tbody>
${latency !== undefined && html`<caption>Latency: median and 95th percentile (p95) for a batch of ${latency.batchSize} on ${latency.threads} thread${latency.threads === 1 ? '' : 's'}, ${latency.runs} runs.</caption>`}
</table></div>
${agreementNote(report)}
</section>`;
}

/** One sentence for all students that were compared with a teacher. */
function agreementNote(report: RunReport): HtmlValue {
  const sentences = report.networks.flatMap(({ label, runs }) => {
    const found = runs.flatMap(({ agreement }) => (agreement === undefined ? [] : [agreement]));
    if (found.length === 0) return [];
    const share = meanAndSpread(
      found.map(({ agreement }) => agreement),
      (value) => percent(value, 2),
    );
    const divergence = meanAndSpread(
      found.map((each) => each.divergence),
      (value) => fixed(value, 3),
    );
    return [`${label} ${share} % (KL divergence ${divergence} nats)`];
  });
  return (
    sentences.length > 0 &&
    html`<p class="about">Predictions that agree with the teacher's: ${sentences.join('; ')}.</p>`
  );
}

/** The mark that stands for a network in every chart. */
export function swatch(role: string): Markup {
  return html`<svg class="chart swatch" style="width:13px;height:13px" viewBox="0 0 13 13" aria-hidden="true">${marker(6.5, 6.5, role)}</svg>`;
}

function networkRow(network: NetworkResult): Markup {
  const { latency } = network;
  return html`<tr><th scope="row">${swatch(network.role)}${network.label}<small>${network.architecture}</small></th>${measures.map(
    (measure) => html`<td>${meanCell(valuesOf(network, measure.key), measure)}</td>`,
  )}<td>${known(network.parameters, quantity)}</td><td>${known(network.macs, quantity)}</td><td>${known(network.fileBytes, bytes)}</td><td>${
    latency !== undefined &&
    html`${milliseconds(latency.medianMs)}<small>p95 ${milliseconds(latency.p95Ms)}</small>`
  }</td></tr>`;
}

function meanCell(values: readonly number[], { format }: MeasureDefinition): HtmlValue {
  const { mean, standardDeviation } = summarize(values);
  return Number.isNaN(standardDeviation)
    ? format(mean)
    : html`${format(mean)} <span class="spread">± ${format(standardDeviation)}</span>`;
}

function differenceRows(report: RunReport): HtmlValue {
  const gains = measures.map((measure) => ({ measure, gain: distillationGain(report, measure.key) }));
  if (gains.some(({ gain }) => gain === undefined)) return undefined;
  const cells = gains.map(({ measure, gain }) => {
    const { mean, standardDeviation, count } = gain!;
    const tone = verdict(gain!, measure.better);
    const spread = measure.formatDifference(standardDeviation).replace('+', '');
    return html`<td><span class="${tone}">${measure.formatDifference(mean)}</span>${count > 1 && html` <span class="spread">± ${spread}</span>`}</td>`;
  });
  const intervals = gains.map(({ measure, gain }) => {
    const [low, high] = gain!.interval;
    return html`<td>${measure.formatDifference(low)} to ${measure.formatDifference(high)}</td>`;
  });
  const empty = html`<td colspan="4"></td>`;
  return [
    html`<tr class="difference"><th scope="row">Distilled minus alone, paired</th>${cells}${empty}</tr>`,
    gains[0]!.gain!.count > 1 &&
      html`<tr class="interval"><th scope="row">95 % confidence interval</th>${intervals}${empty}</tr>`,
  ];
}
