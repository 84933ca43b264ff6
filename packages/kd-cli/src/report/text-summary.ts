import type { Colors } from '../cli/host.ts';
import { bytes, known, milliseconds, quantity } from '../text/format-number.ts';
import { table } from '../text/table.ts';
import { headline, transferSentence } from './headline.ts';
import type { NetworkResult, RunReport } from './report-data.ts';
import { distillationGain, meanAndSpread, measures, valuesOf } from './results.ts';

/** The results for a terminal of 80 columns: what was found, how good the networks are, what they cost. */
export function textSummary(report: RunReport, colors: Colors): string {
  const seeds = report.networks[0]?.runs.length ?? 0;
  const samples = report.dataset.samples[report.split];
  const spread = seeds > 1 ? `, mean ± standard deviation over ${seeds} seeds` : ', one seed';
  return [
    colors.bold(headline(report)),
    '',
    ...[transferSentence(report) ?? []].flat(),
    `${report.split} split, ${samples} samples${spread}`,
    '',
    qualityTable(report, colors),
    '',
    costTable(report, colors),
    ...exportLines(report),
  ].join('\n');
}

function qualityTable(report: RunReport, colors: Colors): string {
  const rows = report.networks.map((network) => [
    network.label,
    ...measures.map((measure) => meanAndSpread(valuesOf(network, measure.key), measure.format)),
  ]);
  return table([['', ...measures.map(({ name }) => name)], ...rows, ...differenceRows(report)], colors);
}

function differenceRows(report: RunReport): string[][] {
  const gains = measures.flatMap((measure) => {
    const gain = distillationGain(report, measure.key);
    return gain === undefined ? [] : [{ gain, format: measure.formatDifference }];
  });
  if (gains.length === 0) return [];
  const differences = gains.map(({ gain, format }) =>
    gain.count > 1
      ? `${format(gain.mean)} ± ${format(gain.standardDeviation).replace('+', '')}`
      : format(gain.mean),
  );
  const intervals = gains.map(({ gain, format }) => gain.interval.map(format).join(' to '));
  return [
    ['distilled - alone, paired', ...differences],
    ...(gains[0]!.gain.count > 1 ? [['95 % confidence interval', ...intervals]] : []),
  ];
}

function costTable(report: RunReport, colors: Colors): string {
  const networks = report.networks.filter((network) => network.role !== 'alone');
  const row = (network: NetworkResult): string[] => [
    network.role === 'teacher' ? 'Teacher' : 'Student',
    known(network.parameters, quantity),
    known(network.macs, quantity),
    known(network.fileBytes, bytes),
    known(network.latency?.medianMs, milliseconds),
    known(network.latency?.p95Ms, milliseconds),
  ];
  const heading = ['', 'Parameters', 'MACs', 'ONNX file', 'Latency, ms', 'p95, ms'];
  return table([heading, ...networks.map(row)], colors);
}

function exportLines({ exported, split }: RunReport): string[] {
  if (exported === undefined) return [];
  const { file, samples, agreeing, maximumAbsoluteDifference } = exported;
  const largest = maximumAbsoluteDifference.toExponential(1);
  return [
    '',
    `${file}, run by ONNX Runtime, names the same class as the`,
    `trained network for ${agreeing} of ${samples} ${split} samples; the largest difference`,
    `of a logit is ${largest}.`,
  ];
}
