import type { StudyConfig } from '../config/study-config.ts';
import type { TeacherCacheConfig } from '../config/teacher-cache-config.ts';
import type { TrainingConfig } from '../config/training-config.ts';
import { chosenOnTest } from '../pipeline/chosen-on-test.ts';
import type { NetworkResult, RunReport } from '../report/report-data.ts';
import { pairedDifference, summarize } from '../statistics/summary.ts';
import {
  bytes,
  clock,
  fixed,
  known,
  milliseconds,
  percent,
  quantity,
  signed,
} from '../text/format-number.ts';
import { markdownTable } from '../text/markdown-table.ts';
import type { StepTimes } from './step-times.ts';
import type { StudyResult, StudyTraining } from './study-result.ts';

/** A study as a Markdown page: what was trained, how well, at what cost. */
export function studyPage(result: StudyResult): string {
  const { report, trainings } = result;
  return `${[
    `# ${title(report)}`,
    `Written by \`${report.reproduce}\`; every number is of this run, which took ${clock(report.wallSeconds)}.`,
    ...report.notes,
    facts(result),
    '## Accuracy',
    accuracy(report),
    '## Time',
    ...time(trainings),
    ...(result.cache === undefined ? [] : ['## What is kept of the teacher', cacheText(result)]),
    '## Software',
    markdownTable(['', ''], Object.entries(report.environment)),
  ].join('\n\n')}\n`;
}

function title({ networks, dataset, configuration }: RunReport): string {
  const { study } = configuration as { readonly study?: StudyConfig };
  if (study?.title !== undefined) return study.title;
  const names = networks.filter(({ role }) => role !== 'alone').map(({ architecture }) => architecture);
  return `${names.join(' to ')} on ${dataset.name}`;
}

function facts({ report, trainings }: StudyResult): string {
  const { samples, classes, inputShape, name } = report.dataset;
  const configuration = report.configuration as {
    readonly augmentation?: unknown;
    readonly training?: TrainingConfig;
    readonly teacher: { readonly cache?: TeacherCacheConfig };
    readonly method: unknown;
    readonly epochs: number;
    readonly batchSize?: number;
  };
  const { augmentation, teacher, method, epochs, batchSize } = configuration;
  // Where they lie is nobody else's concern.
  const { folder: _, ...kept } = teacher.cache ?? {};
  const seeds = [...new Set(trainings.map(({ seed }) => seed))];
  return [
    `- Data: ${name}, ${classes} classes, images of ${inputShape.join('x')}; ${samples.transfer} to learn from, ${samples.validation} held back for validation, ${samples.test} to test on, which ${chosenOnTest(configuration) ? 'also chose the best epoch' : 'were not used to choose anything'}.`,
    ...report.networks
      .filter(({ role }) => role !== 'alone')
      .map(
        ({ label, architecture, parameters, macs }) =>
          `- ${label}: ${architecture}${known(parameters, (value) => `, ${quantity(value)} parameters`)}${known(macs, (value) => `, ${quantity(value)} multiply-accumulates`)}.`,
      ),
    `- ${epochs} epochs in batches of ${batchSize ?? 64}; ${seeds.length === 1 ? 'seed' : 'seeds'} ${seeds.join(', ')} of the initial weights and the order of the images. The student alone has the same initial weights, images and number of updates.`,
    `- Loss: \`${JSON.stringify(method)}\`.`,
    ...(augmentation === undefined ? [] : [`- Augmentation: \`${JSON.stringify(augmentation)}\`.`]),
    ...(teacher.cache === undefined ? [] : [`- Teacher's outputs are kept: \`${JSON.stringify(kept)}\`.`]),
  ].join('\n');
}

function accuracy({ networks }: RunReport): string {
  const rows = networks.flatMap((network) => {
    const { role, label, runs } = network;
    // The teacher is the same for all seeds.
    const shown = role === 'teacher' ? runs.slice(0, 1) : runs;
    const rowOf = (
      name: string,
      { top1, nll, ece }: { top1: string; nll: string; ece: string },
      updates = '',
    ) => [name, top1, nll, ece, updates];
    const each = shown.map(({ seed, metrics, updates }) =>
      rowOf(
        role === 'teacher' ? label : `${label}, seed ${seed}`,
        { top1: percent(metrics.top1, 2), nll: fixed(metrics.nll, 4), ece: percent(metrics.ece, 2) },
        known(updates, String),
      ),
    );
    if (shown.length < 2) return each;
    return [
      ...each,
      rowOf(`**${label}, mean**`, {
        top1: spread(network, ({ top1 }) => top1 * 100, 2),
        nll: spread(network, ({ nll }) => nll, 4),
        ece: spread(network, ({ ece }) => ece * 100, 2),
      }),
    ];
  });
  const table = markdownTable(['Network', 'Top-1, %', 'NLL', 'ECE, %', 'Updates'], rows);
  const gain = gainText(networks);
  return gain === undefined ? table : `${table}\n\n${gain}`;
}

function spread(
  { runs }: NetworkResult,
  value: (metrics: NetworkResult['runs'][number]['metrics']) => number,
  digits: number,
): string {
  const { mean, standardDeviation } = summarize(runs.map(({ metrics }) => value(metrics)));
  return `${fixed(mean, digits)} ± ${fixed(standardDeviation, digits)}`;
}

function gainText(networks: readonly NetworkResult[]): string | undefined {
  const top1 = (role: NetworkResult['role']): number[] | undefined =>
    networks.find((network) => network.role === role)?.runs.map(({ metrics }) => metrics.top1 * 100);
  const [alone, distilled] = [top1('alone'), top1('distilled')];
  if (alone === undefined || distilled === undefined) return undefined;
  const { mean, standardDeviation, interval, count } = pairedDifference(alone, distilled);
  if (count < 2) return `Distilled against alone: ${signed(mean, 2)} points, of one seed.`;
  return `Distilled against alone, seed by seed: ${signed(mean, 2)} ± ${fixed(standardDeviation, 2)} points; the interval that holds the mean gain with 95 % confidence (paired t test, ${count} seeds) is ${signed(interval[0], 2)} to ${signed(interval[1], 2)}.`;
}

const kindNames: Readonly<Record<StudyTraining['kind'], string>> = {
  alone: 'Student alone',
  distilled: 'Distilled',
  'live teacher': 'Distilled, teacher in each step',
};

function time(trainings: readonly StudyTraining[]): string[] {
  const rows = trainings.map(({ kind, seed, epochs, seconds, times }) => {
    const share = (part: (times: StepTimes) => number): string =>
      times === undefined ? '' : `${percent(part(times) / times.total, 1)} %`;
    const own = (value: (times: StepTimes) => number): string =>
      times === undefined ? '' : milliseconds(value(times));
    return [
      `${kindNames[kind]}, seed ${seed}`,
      String(epochs),
      clock(seconds),
      own(({ total }) => total),
      share(({ waiting }) => waiting),
      share(({ backend }) => backend),
      share(({ javascript }) => javascript),
      own(({ data }) => data),
      own(({ teacher }) => teacher),
    ];
  });
  const head = [
    'Training',
    'Epochs',
    'Wall time',
    'ms a step',
    'waiting',
    'backend',
    'JavaScript',
    'data, ms',
    'teacher, ms',
  ];
  return [
    markdownTable(head, rows),
    'A step waits for its batch and for what a teacher outside of it says, runs on the backend, and is JavaScript that nothing else runs beside; the three shares are all of it. Data and teacher outside of the step are prepared beside the step before, and cost no time of their own unless it waits for them. The wall time also has compilation, validation and checkpoints.',
    ...sharesText(trainings),
  ];
}

function sharesText(trainings: readonly StudyTraining[]): string[] {
  const mean = (kind: StudyTraining['kind']): number | undefined => {
    const all = trainings.filter((each) => each.kind === kind).flatMap(({ times }) => times?.total ?? []);
    return all.length === 0 ? undefined : summarize(all).mean;
  };
  const [alone, distilled, live] = [mean('alone'), mean('distilled'), mean('live teacher')];
  const lines: string[] = [];
  if (alone !== undefined && distilled !== undefined) {
    lines.push(
      `- A step of the distillation takes ${fixed(distilled / alone, 3)} times that of the student alone.`,
    );
  }
  if (alone !== undefined && live !== undefined) {
    lines.push(
      `- With the teacher in each step it takes ${fixed(live / alone, 3)} times that of the student alone: ${percent((live - alone) / live, 1)} % of that step is the teacher and the comparison with it.`,
    );
  }
  return lines.length === 0 ? [] : [lines.join('\n')];
}

function cacheText({ cache, live }: StudyResult): string {
  const { images, variants, fillSeconds, computed, bytes: size } = cache!;
  const made =
    computed === 0
      ? 'All of it was there before this run.'
      : `The teacher computed ${computed} of them in this run${fillSeconds > 0 ? `, ahead of the trainings, in ${clock(fillSeconds)} (${fixed(computed / fillSeconds, 0)} images a second)` : ''}.`;
  const agreement =
    live === undefined || live.steps === 0
      ? []
      : [
          live.equal === live.steps
            ? `Taught by the teacher in each step, the losses of all ${live.steps} steps that were compared are the same numbers, bit for bit.`
            : `Taught by the teacher in each step, ${live.equal} of the ${live.steps} losses that were compared are the same numbers; the largest difference is ${live.largestDifference.toExponential(2)}.`,
        ];
  return [
    `${quantity(images)} outputs, of ${variants} ${variants === 1 ? 'variant' : 'variants'} of each sample: ${bytes(size)}.`,
    made,
    ...agreement,
  ].join(' ');
}
