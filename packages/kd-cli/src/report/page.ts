import { headline, subline } from './headline.ts';
import { type HtmlValue, html, Markup } from './html.ts';
import type { RunReport } from './report-data.ts';
import { curvesSection } from './sections/curves.ts';
import { detailsSection } from './sections/details.ts';
import { exportSection } from './sections/export.ts';
import { keyFigures } from './sections/key-figures.ts';
import { reliabilitySection } from './sections/reliability.ts';
import { resultsSection } from './sections/results.ts';
import { sizeSection } from './sections/size.ts';
import { style } from './style.ts';

// Even if escaping failed somewhere, this page could load and run nothing.
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** The report as one HTML file that asks the network for nothing. */
export function reportPage(report: RunReport): string {
  const sections: HtmlValue = [
    keyFigures(report),
    resultsSection(report),
    curvesSection(report),
    reliabilitySection(report),
    sizeSection(report),
    exportSection(report),
    detailsSection(report),
  ];
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${report.title}</title>
<style>${new Markup(style)}</style>
</head>
<body>
<main>
<header>
<p class="kicker">${report.title}</p>
<h1>${headline(report)}</h1>
<p class="lede">${subline(report)}</p>
</header>
${sections}
<footer>Made by kd on ${report.createdAt.slice(0, 16).replace('T', ' ')} UTC. This page is self-contained.</footer>
</main>
</body>
</html>
`.text;
}
