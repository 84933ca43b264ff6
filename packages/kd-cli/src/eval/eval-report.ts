import type { ClassificationMetrics } from 'kd-core';
import type { Colors } from '../cli/host.ts';
import { fixed, milliseconds, percent, quantity } from '../text/format-number.ts';
import { table } from '../text/table.ts';
import type { EvalCalibration } from './calibrate.ts';
import { type ClassResults, describeClasses } from './class-results.ts';
import type { Normalization } from './normalization.ts';

/** What `kd eval` found, as `--json` writes it. */
export interface EvalReport extends ClassResults {
  readonly format: 'kd-eval/1';
  readonly createdAt: string;
  readonly network: {
    readonly name: string;
    /** Path of its weights as it was given. */
    readonly weights: string;
    readonly classes: number;
    readonly parameters?: number;
    readonly macs?: number;
  };
  readonly data: {
    readonly name: string;
    readonly samples: number;
    readonly classNames: readonly string[];
    /** [height, width, channels] */
    readonly inputShape: readonly number[];
  };
  /** Null where pixels from 0 to 1 went in as they are; `file` where the ONNX file itself may say what it takes. */
  readonly normalization: Normalization | 'file' | null;
  readonly backend: string;
  readonly metrics: ClassificationMetrics;
  /** With `--calibrate`. */
  readonly calibration?: EvalCalibration;
  /** From the first image read to the last metric; loading of weights and starting the backend are not in it. */
  readonly seconds: number;
}

/** From here on, being among the five highest says something. */
const classesForTop5 = 10;

/** The report for a terminal; `perClass` asks for a table of the classes. */
export function describeEvaluation(
  report: EvalReport,
  colors: Colors,
  { perClass = false }: { readonly perClass?: boolean } = {},
): string {
  const { network, data, metrics, backend, seconds } = report;
  const { name, parameters, macs } = network;
  const size =
    parameters === undefined || macs === undefined
      ? ''
      : `, ${quantity(parameters)} parameters, ${quantity(macs)} MACs`;
  const rate = data.samples / seconds;
  const facts: (readonly [string, string])[] = [
    ['Network', `${name}${size}`],
    ['Weights', network.weights],
    [
      'Data',
      `${data.name}: ${data.samples.toLocaleString('en')} images ${data.inputShape.join('x')}, ${data.classNames.length} classes`,
    ],
    ['Pixels', describePixels(report.normalization)],
    ['Backend', backend],
    [
      'Time',
      `${fixed(seconds, 1)} s, ${milliseconds((1000 * seconds) / data.samples)} ms an image (${fixed(rate, 0)} images/s), reading included`,
    ],
  ];
  const results: (readonly [string, string, string])[] = [
    ['top-1', `${percent(metrics.top1, 2)} %`, 'right'],
    ...(network.classes >= classesForTop5
      ? [['top-5', `${percent(metrics.top5, 2)} %`, 'right class among the five highest'] as const]
      : []),
    ['NLL', fixed(metrics.nll, 4), 'negative log likelihood, nats'],
    ['Brier', fixed(metrics.brier, 4), 'squared distance of probabilities from the labels'],
    ['ECE', `${percent(metrics.ece, 2)} %`, 'gap between confidence and accuracy, 15 bins'],
    ['AURC', fixed(metrics.aurc, 4), 'error rate of the most confident, over all coverages'],
  ];
  const width = Math.max(...results.map(([, value]) => value.length));
  return [
    ...facts.map(([label, value]) => `${label.padEnd(8)}  ${value}`),
    '',
    ...results.map(
      ([label, value, meaning]) =>
        `${label.padEnd(8)}  ${colors.bold(value.padStart(width))}   ${colors.dim(meaning)}`,
    ),
    ...(report.calibration === undefined ? [] : ['', describeCalibration(report.calibration, colors)]),
    ...(perClass ? ['', describeClasses(report, colors)] : []),
  ].join('\n');
}

function describeCalibration(
  { temperature, fittedOn, before, after }: EvalCalibration,
  colors: Colors,
): string {
  const row = (name: string, { nll, brier, ece, adaptiveEce }: ClassificationMetrics): string[] => [
    name,
    fixed(nll, 4),
    fixed(brier, 4),
    percent(ece, 2),
    percent(adaptiveEce, 2),
  ];
  return [
    `Temperature ${fixed(temperature, 3)}, fitted on ${fittedOn.toLocaleString('en')} samples; on the other ${before.count.toLocaleString('en')}:`,
    table(
      [
        ['', 'NLL, nats', 'Brier', 'ECE, %', 'Adaptive ECE, %'],
        row('as it is', before),
        row('with the temperature', after),
      ],
      colors,
    ),
  ].join('\n');
}

function describePixels(normalization: EvalReport['normalization']): string {
  if (normalization === null) return 'from 0 to 1, as they are';
  if (normalization === 'file') return 'from 0 to 1, unless the metadata of the file say otherwise';
  const { name, mean, standardDeviation } = normalization;
  return `${name}: mean ${mean.join(', ')}, standard deviation ${standardDeviation.join(', ')}`;
}
