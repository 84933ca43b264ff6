/** The style sheet of the report. Colours are told apart by people with any colour vision, in both themes. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #fbfaf8; --ink: #1d1f23; --soft: #5c626c; --faint: #8b919b; --rule: #e3e1dc; --panel: #ffffff;
  --teacher: #6f7682; --alone: #c2630a; --distilled: #1767b3; --good: #1a7f4b; --bad: #b3261e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14161a; --ink: #e9eaec; --soft: #a5abb6; --faint: #7c838f; --rule: #2b2f36; --panel: #1a1d22;
    --teacher: #a0a7b3; --alone: #f0a04b; --distilled: #6cb2f2; --good: #5fce95; --bad: #ff8a80;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif;
  font-variant-numeric: tabular-nums;
}
main { max-width: 1080px; margin: 0 auto; padding: 56px 28px 72px; }
header { max-width: 780px; }
.kicker { margin: 0 0 14px; color: var(--soft); font-size: 14px; }
h1 { margin: 0 0 14px; font-size: clamp(28px, 4.4vw, 42px); line-height: 1.14; letter-spacing: -0.022em; font-weight: 650; text-wrap: balance; }
.lede { margin: 0; color: var(--soft); font-size: 18px; text-wrap: pretty; }
section { margin-top: 56px; }
h2 { margin: 0 0 4px; font-size: 20px; letter-spacing: -0.01em; font-weight: 620; }
h3 { margin: 0 0 8px; font-size: 15px; font-weight: 600; }
.about { margin: 0 0 20px; max-width: 680px; color: var(--soft); font-size: 15px; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); gap: 0; margin: 40px 0 0; border-top: 1px solid var(--rule); border-bottom: 1px solid var(--rule); }
.figures > div { padding: 18px 20px 16px; border-left: 1px solid var(--rule); }
.figures > div:first-child { border-left: 0; padding-left: 0; }
.figures dt { color: var(--soft); font-size: 14px; }
.figures dd { margin: 0; }
.figures .value { font-size: 30px; line-height: 1.25; letter-spacing: -0.02em; font-weight: 620; }
.figures .value small { font-size: 16px; font-weight: 500; letter-spacing: 0; color: var(--soft); }
.figures .context { color: var(--soft); font-size: 13.5px; }
.better { color: var(--good); } .worse { color: var(--bad); }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 15px; }
caption { text-align: left; color: var(--soft); font-size: 14px; padding-top: 10px; caption-side: bottom; }
th, td { padding: 10px 0 10px 16px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--rule); }
th:first-child, td:first-child { padding-left: 0; text-align: left; }
thead th { color: var(--soft); font-weight: 500; font-size: 13.5px; vertical-align: bottom; border-bottom-color: var(--faint); }
tbody th { font-weight: 600; }
tbody th small { display: block; color: var(--soft); font-weight: 400; font-size: 13px; }
td .spread { color: var(--soft); }
tr.difference th, tr.difference td { border-bottom: 0; padding-bottom: 0; }
tr.interval th, tr.interval td { padding-top: 0; color: var(--soft); font-size: 13px; font-weight: 400; }
td small { display: block; color: var(--soft); font-size: 13px; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 40px 48px; }
.thirds { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 250px), 1fr)); gap: 32px 40px; }
figure { margin: 0; }
.columns figure { max-width: 560px; }
.thirds figure { max-width: 330px; }
figcaption { color: var(--soft); font-size: 14px; margin-top: 6px; }
.chart { display: block; width: 100%; height: auto; overflow: visible; font-size: 12px; }
.chart.swatch { display: inline-block; vertical-align: -1px; margin-right: 9px; }
.chart text { fill: var(--ink); font-size: 12px; }
.chart .tick, .chart .axis-label { fill: var(--soft); }
.chart .series-label { font-size: 12.5px; }
.chart .strong { fill: var(--ink); font-weight: 650; }
.chart .middle { text-anchor: middle; } .chart .end { text-anchor: end; }
.chart .grid { stroke: var(--rule); stroke-width: 1; }
.chart .axis { stroke: var(--faint); stroke-width: 1; }
.chart .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.chart .band { opacity: 0.15; stroke: none; }
.chart .bar { opacity: 0.9; }
.chart .teacher { stroke: var(--teacher); fill: var(--teacher); }
.chart .alone { stroke: var(--alone); fill: var(--alone); }
.chart .distilled { stroke: var(--distilled); fill: var(--distilled); }
.chart .line { fill: none; }
.chart .line.alone { stroke-dasharray: 6 4; } .chart .line.teacher { stroke-dasharray: 2 3; }
.chart .bar, .chart .band { stroke: none; }
.chart .mark { stroke-width: 2; }
.chart .mark.alone { fill: var(--page); }
.chart .link { stroke: var(--faint); stroke-width: 1.5; } .chart .arrow-head { fill: var(--faint); }
.chart .gap { fill: var(--bad); fill-opacity: 0.16; stroke: var(--bad); stroke-width: 1; stroke-opacity: 0.75; }
.chart .level { stroke-width: 2.5; }
.chart .diagonal { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 4 4; }
.chart .count { fill: var(--faint); }
.check { display: flex; gap: 12px; max-width: 720px; margin: 0; }
.check svg { flex: none; margin-top: 4px; }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: 6px 28px; margin: 0; font-size: 15px; }
dl.facts dt { color: var(--soft); } dl.facts dd { margin: 0; overflow-wrap: anywhere; }
pre { margin: 0; padding: 16px 18px; overflow-x: auto; background: var(--panel); border: 1px solid var(--rule); border-radius: 6px; font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
details { border-top: 1px solid var(--rule); } details:last-of-type { border-bottom: 1px solid var(--rule); }
summary { padding: 14px 0; cursor: pointer; font-weight: 600; } details > :not(summary) { margin-bottom: 18px; }
ul.notes { margin: 12px 0 20px; padding-left: 20px; max-width: 720px; } ul.notes li { margin: 4px 0; }
footer { margin-top: 56px; color: var(--faint); font-size: 13.5px; }
@media (max-width: 640px) {
  main { padding: 32px 18px 48px; }
  .figures > div, .figures > div:first-child { border-left: 0; padding: 12px 0; }
}
@media print { body { background: #fff; } section { break-inside: avoid; } details > * { display: block; } }
`;
