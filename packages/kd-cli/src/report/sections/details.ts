import { clock } from '../../text/format-number.ts';
import { html, type Markup } from '../html.ts';
import type { RunReport } from '../report-data.ts';

/** What it takes to judge the numbers and to make them again. */
export function detailsSection(report: RunReport): Markup {
  const { dataset, environment } = report;
  const { train, transfer, validation, test } = dataset.samples;
  const forStudents = transfer === train ? '' : ` (${transfer} of them for the students)`;
  const updates = report.networks
    .filter((network) => network.runs[0]?.updates !== undefined)
    .map((network) => `${network.label.toLowerCase()} ${network.runs[0]!.updates}`);
  const facts: readonly (readonly [string, string])[] = [
    ['Data', `${dataset.name}, ${dataset.classes} classes, images of ${dataset.inputShape.join(' × ')}`],
    ['Samples', `${train} to train${forStudents}, ${validation} to choose settings, ${test} to test`],
    ...(updates.length > 0 ? [['Updates', updates.join(', ')] as const] : []),
    ['Seeds', report.networks[0]?.runs.map((run) => run.seed).join(', ') ?? ''],
    ['Time', clock(report.wallSeconds)],
    ...Object.entries(environment),
    ...(dataset.attribution === undefined ? [] : [['Attribution', dataset.attribution] as const]),
  ];
  return html`<section aria-labelledby="details">
<h2 id="details">How this was made</h2>
${report.notes.length > 0 && html`<ul class="notes about">${report.notes.map((note) => html`<li>${note}</li>`)}</ul>`}
<details open><summary>Make this report again</summary><pre>${report.reproduce}</pre></details>
<details><summary>Data and environment</summary><dl class="facts">${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></details>
<details><summary>Configuration</summary><pre>${JSON.stringify(report.configuration, null, 2)}</pre></details>
</section>`;
}
