import type { Summary } from '../statistics/summary.ts';
import { bytes, fixed, milliseconds, percent, quantity, signed } from '../text/format-number.ts';
import { markdownTable } from '../text/markdown-table.ts';
import type { ComparisonReport, Measured } from './comparison-report.ts';

/** The report as a Markdown page. */
export function comparisonPage(report: ComparisonReport): string {
  const { measured, failed } = report;
  return `${[
    `# Comparison of ${measured.filter(({ role }) => role === 'method').length} recipes`,
    ...introduction(report),
    ...(measured.length === 0 ? [] : [markdownTable(heading, measured.map(cells))]),
    ...(failed.length === 0
      ? []
      : [
          '## Failed',
          markdownTable(
            ['Recipe', 'Error'],
            failed.map(({ name, error }) => [name, error]),
          ),
        ]),
    '## Software',
    markdownTable(['', ''], Object.entries(report.environment)),
  ].join('\n\n')}\n`;
}

function introduction({
  dataset,
  teachers,
  student,
  seeds,
  measured,
  split,
  processorSeconds,
  reproduce,
}: ComparisonReport): string[] {
  const paragraphs = [`Written by \`${reproduce}\`; every number is of these runs.`];
  if (dataset !== undefined && student !== undefined) {
    const { samples } = dataset;
    const share = samples.transfer === samples.train ? '' : `, of which the students see ${samples.transfer}`;
    paragraphs.push(
      [
        `- Data: ${dataset.name}, ${dataset.classes} classes, images of ${dataset.inputShape.join('x')}; ${samples.train} to train on${share}, ${samples[split]} to measure on, which are those of the ${split} split.`,
        `- Student: ${student.architecture}, ${quantity(student.parameters)} parameters.`,
        ...teachers.map(
          ({ architecture, parameters, metrics }) =>
            `- Teacher: ${architecture}, ${quantity(parameters)} parameters, ${percent(metrics.top1, 2)} % of the ${split} images right.`,
        ),
        `- ${seeds.length === 1 ? 'Seed' : 'Seeds'} ${seeds.join(', ')}: of the initial weights and the order of the images, the same for all methods.`,
        ...measured
          .filter(({ role }) => role === 'alone')
          .map(
            ({ name, millisecondsPerStep, peakBytes }) =>
              `- A step of the ${name} takes ${milliseconds(millisecondsPerStep)} ms on one thread; its process has at most ${bytes(peakBytes)} of memory.`,
          ),
        `- All runs together took ${fixed(processorSeconds / 60, 0)} minutes of one processor core each.`,
      ].join('\n'),
    );
  }
  paragraphs.push(
    `Accuracy, NLL and ECE are means over the seeds \u00b1 the standard deviation between them, of the network after the last step, ${
      split === 'test'
        ? 'on images that nothing was chosen with'
        : 'and serve to choose settings, not to claim a result'
    }. The gain is the difference to the student alone of the same seed, in percentage points, and its interval holds the mean gain with 95 % confidence (paired t test). Time (the median step of the fastest run) and memory (at most, of the whole process) are multiples of what the student alone takes.`,
  );
  return paragraphs;
}

const heading = ['Recipe', 'Accuracy, %', 'Gain', '95 % interval', 'NLL', 'ECE, %', 'Time a step', 'Memory'];

function cells({ name, role, top1, nll, ece, gain, cost }: Measured): string[] {
  const points = (value: number): string => signed(value * 100, 2);
  const of = (summary: Summary, format: (value: number) => string): string =>
    Number.isNaN(summary.standardDeviation)
      ? format(summary.mean)
      : `${format(summary.mean)} \u00b1 ${format(summary.standardDeviation)}`;
  const isBase = role === 'alone';
  return [
    role === 'method' ? name : `**${name}**`,
    of(top1, (value) => percent(value, 2)),
    isBase || gain === undefined ? '' : withSpread(gain),
    isBase || gain === undefined || Number.isNaN(gain.interval[0])
      ? ''
      : `${points(gain.interval[0])} to ${points(gain.interval[1])}`,
    of(nll, (value) => fixed(value, 3)),
    of(ece, (value) => percent(value, 2)),
    cost === undefined ? '' : `\u00d7${fixed(cost.time, 2)}`,
    cost === undefined ? '' : `\u00d7${fixed(cost.memory, 2)}`,
  ];
}

function withSpread({ mean, standardDeviation }: Summary): string {
  const text = signed(mean * 100, 2);
  return Number.isNaN(standardDeviation) ? text : `${text} \u00b1 ${percent(standardDeviation, 2)}`;
}
