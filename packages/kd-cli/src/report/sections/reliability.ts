import { percent } from '../../text/format-number.ts';
import { poolBins, reliabilityDiagram } from '../charts/reliability-diagram.ts';
import { html, type Markup } from '../html.ts';
import type { NetworkResult, RunReport } from '../report-data.ts';
import { meanAndSpread, valuesOf } from '../results.ts';
import { swatch } from './results.ts';

/** Whether confidence can be believed, network by network. */
export function reliabilitySection(report: RunReport): Markup {
  return html`<section aria-labelledby="reliability">
<h2 id="reliability">Calibration</h2>
<p class="about">Accuracy of the predictions made with a given confidence, in %, all seeds together. On the dashed diagonal, confidence can be taken at its word; the outlined part is the gap to it. Below: how many predictions have that confidence.</p>
<div class="thirds">${report.networks.map(figure)}</div>
</section>`;
}

function figure(network: NetworkResult): Markup {
  const bins = poolBins(network.runs.map((run) => run.metrics.bins));
  const total = bins.reduce((sum, bin) => sum + bin.count, 0);
  const surest = bins.at(-1);
  const ece = meanAndSpread(valuesOf(network, 'ece'), (value) => percent(value, 2));
  const chart = reliabilityDiagram({
    id: `reliability-${network.role}`,
    title: `Reliability of the network '${network.label}'`,
    description:
      `Expected calibration error ${ece} %. ` +
      (surest === undefined
        ? ''
        : `${percent(surest.count / Math.max(1, total), 0)} % of the predictions are in the most confident bin, where ${percent(surest.accuracy)} % are correct at a mean confidence of ${percent(surest.confidence)} %.`),
    role: network.role,
    bins,
  });
  return html`<figure><h3>${swatch(network.role)}${network.label}</h3>${chart}<figcaption>ECE ${ece} %</figcaption></figure>`;
}
