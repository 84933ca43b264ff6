import type { DatasetFacts } from '../report/report-data.ts';
import { type PairedDifference, pairedDifference, type Summary, summarize } from '../statistics/summary.ts';
import type { Comparison, Entry } from './comparison.ts';
import type { JobAnswer, JobResult } from './job.ts';
import { type ComparisonResults, firstLine } from './run-comparison.ts';

/** A setting that was trained with every seed. Fractions, `nll` in nats. */
export interface Measured {
  readonly name: string;
  readonly role: Entry['role'];
  readonly top1: Summary;
  readonly nll: Summary;
  readonly ece: Summary;
  /** Minus the student alone of the same setting, seed by seed; absent where that has failed. */
  readonly gain?: PairedDifference;
  /** Of a step in the fastest run, and of the memory at most, over the student alone; absent where that has failed. */
  readonly cost?: { readonly time: number; readonly memory: number };
  readonly millisecondsPerStep: number;
  readonly peakBytes: number;
  readonly runs: readonly (Pick<JobResult, 'metrics' | 'steps' | 'seconds'> & { readonly seed: number })[];
}

interface Failed {
  readonly name: string;
  /** First line of the first error. */
  readonly error: string;
}

/** Everything a comparison has found. The JSON file holds the same. */
export interface ComparisonReport {
  readonly format: 'kd-comparison/1';
  readonly recipes: string;
  readonly seeds: readonly number[];
  /** The samples that all numbers were taken on. */
  readonly split: 'test' | 'validation';
  readonly dataset?: DatasetFacts;
  readonly teachers: readonly Pick<JobResult, 'architecture' | 'parameters' | 'metrics'>[];
  readonly student?: Pick<JobResult, 'architecture' | 'parameters'>;
  /** The most gained first. */
  readonly measured: readonly Measured[];
  readonly failed: readonly Failed[];
  /** Of all runs together. */
  readonly processorSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly reproduce: string;
}

export function comparisonReport(
  { refused }: Comparison,
  { teachers, entries }: ComparisonResults,
  about: Pick<ComparisonReport, 'recipes' | 'seeds' | 'split' | 'reproduce'>,
): ComparisonReport {
  const whole = entries.flatMap(({ entry, answers }) => {
    const results = resultsOf(answers);
    return results.length === answers.length ? [{ entry, results }] : [];
  });
  const aloneOf = (group: string): readonly JobResult[] | undefined =>
    whole.find(({ entry }) => entry.role === 'alone' && entry.group === group)?.results;
  const measured = whole.map(({ entry, results }) =>
    measure(entry, results, aloneOf(entry.group), about.seeds),
  );
  const failed = entries.flatMap(({ entry, answers }) => {
    const answer = answers.find((each) => 'error' in each);
    return answer === undefined ? [] : [{ name: entry.name, error: firstLine(answer.error) }];
  });
  const trained = resultsOf([...teachers.values()]);
  const all = [...trained, ...whole.flatMap(({ results }) => results)];
  const first = whole[0]?.results[0];
  return {
    format: 'kd-comparison/1',
    ...about,
    ...(first !== undefined && {
      dataset: first.dataset,
      student: { architecture: first.architecture, parameters: first.parameters },
    }),
    teachers: trained.map(({ architecture, parameters, metrics }) => ({ architecture, parameters, metrics })),
    measured: measured.sort((a, b) => (b.gain?.mean ?? -1) - (a.gain?.mean ?? -1)),
    failed: [...failed, ...refused.map(({ name, error }) => ({ name, error: firstLine(error) }))],
    processorSeconds: all.reduce((sum, { seconds }) => sum + seconds, 0),
    environment: first?.environment ?? {},
  };
}

function measure(
  { name, role }: Entry,
  results: readonly JobResult[],
  alone: readonly JobResult[] | undefined,
  seeds: readonly number[],
): Measured {
  const values = (key: 'top1' | 'nll' | 'ece', of = results): number[] =>
    of.map(({ metrics }) => metrics[key]);
  // Other programs can only make a run slower.
  const milliseconds = (of: readonly JobResult[]): number =>
    Math.min(...of.map((each) => each.millisecondsPerStep));
  const memory = (of: readonly JobResult[]): number => Math.max(...of.map((each) => each.peakBytes));
  return {
    name,
    role,
    top1: summarize(values('top1')),
    nll: summarize(values('nll')),
    ece: summarize(values('ece')),
    ...(alone !== undefined && {
      gain: pairedDifference(values('top1', alone), values('top1')),
      cost: {
        time: milliseconds(results) / milliseconds(alone),
        memory: memory(results) / memory(alone),
      },
    }),
    millisecondsPerStep: milliseconds(results),
    peakBytes: memory(results),
    runs: results.map(({ metrics, steps, seconds }, index) => ({
      seed: seeds[index]!,
      metrics,
      steps,
      seconds,
    })),
  };
}

function resultsOf(answers: readonly JobAnswer[]): JobResult[] {
  return answers.flatMap((answer) => ('result' in answer ? [answer.result] : []));
}
