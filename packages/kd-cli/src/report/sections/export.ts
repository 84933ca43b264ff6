import { bytes } from '../../text/format-number.ts';
import { html, type Markup } from '../html.ts';
import type { RunReport } from '../report-data.ts';

/** That the file that ships is the network that was measured. */
export function exportSection(report: RunReport): Markup | undefined {
  const { exported } = report;
  if (exported === undefined) return undefined;
  const { file, fileBytes, samples, agreeing, maximumAbsoluteDifference } = exported;
  const all = agreeing === samples;
  return html`<section aria-labelledby="export">
<h2 id="export">The exported file</h2>
<p class="check">${all && check}<span><strong>${file}</strong> (${bytes(fileBytes)}), opened with ONNX Runtime, names the same class as the trained network for ${all ? `all ${samples}` : `${agreeing} of ${samples}`} predictions on the ${report.split} split. The largest difference of a logit is ${scientific(maximumAbsoluteDifference)}.</span></p>
</section>`;
}

const check: Markup = html`<svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true"><path d="M3 9.5l4 4 8-9" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round" class="better"/></svg>`;

/** 2.4 × 10⁻⁶ */
function scientific(value: number): string {
  if (value === 0) return '0';
  const [mantissa, exponent] = value.toExponential(1).split('e') as [string, string];
  const raised = [...String(Number(exponent))].map((character) => superscripts[character]).join('');
  return `${mantissa} × 10${raised}`;
}

const superscripts: Readonly<Record<string, string>> = {
  '-': '⁻',
  ...Object.fromEntries([...'⁰¹²³⁴⁵⁶⁷⁸⁹'].map((character, digit) => [String(digit), character])),
};
