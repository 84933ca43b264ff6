import { bytes, milliseconds, quantity } from '../../text/format-number.ts';
import { type Bar, barChart } from '../charts/bar-chart.ts';
import { type HtmlValue, html, type Markup } from '../html.ts';
import type { NetworkResult, RunReport } from '../report-data.ts';

interface Cost {
  readonly id: string;
  readonly name: string;
  readonly value: (network: NetworkResult) => number | undefined;
  readonly format: (value: number) => string;
}

const costs: readonly Cost[] = [
  { id: 'parameters', name: 'Parameters', value: (network) => network.parameters, format: quantity },
  {
    id: 'macs',
    name: 'Multiply-accumulates for one input',
    value: (network) => network.macs,
    format: quantity,
  },
  { id: 'file', name: 'ONNX file', value: (network) => network.fileBytes, format: bytes },
  {
    id: 'latency',
    name: 'Latency, median',
    value: (network) => network.latency?.medianMs,
    format: (value) => `${milliseconds(value)} ms`,
  },
];

/** What the networks cost. Alone and distilled, the student is the same network: it is shown once. */
export function sizeSection(report: RunReport): Markup {
  const networks = report.networks.filter((network) => network.role !== 'alone');
  const paired = networks.length < report.networks.length;
  return html`<section aria-labelledby="cost">
<h2 id="cost">What it costs to run</h2>
${paired && html`<p class="about">The student costs the same however it was trained.</p>`}
<div class="columns">${costs.map((cost) => figure(cost, networks))}</div>
</section>`;
}

function figure(cost: Cost, networks: readonly NetworkResult[]): HtmlValue {
  const bars: Bar[] = networks.flatMap((network) => {
    const value = cost.value(network);
    const label = network.role === 'teacher' ? 'Teacher' : 'Student';
    return value === undefined ? [] : [{ label, role: network.role, value, text: cost.format(value) }];
  });
  if (bars.length === 0) return undefined;
  const chart = barChart({
    id: `cost-${cost.id}`,
    title: cost.name,
    description: bars.map((bar) => `${bar.label}: ${bar.text}.`).join(' '),
    bars,
  });
  return html`<figure><h3>${cost.name}</h3>${chart}</figure>`;
}
