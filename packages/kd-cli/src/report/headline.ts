import { summarize } from '../statistics/summary.ts';
import { fixed, significant } from '../text/format-number.ts';
import type { NetworkResult, RunReport } from './report-data.ts';
import { distillationGain, findNetwork, valuesOf, verdict } from './results.ts';

/** What the run found, in one honest sentence: a claim is made only when the interval leaves zero out. */
export function headline(report: RunReport): string {
  const gain = distillationGain(report, 'top1');
  const distilled = findNetwork(report, 'distilled');
  if (gain === undefined) {
    const mean = distilled === undefined ? Number.NaN : summarize(valuesOf(distilled, 'top1')).mean;
    return `The distilled student classifies ${fixed(mean * 100, 1)} % of the ${report.split} samples correctly`;
  }
  const points = Math.abs(gain.mean) * 100;
  const amount = `${fixed(points, 2)} point${fixed(points, 2) === '1.00' ? '' : 's'}`;
  if (gain.count < 2) {
    const direction = gain.mean >= 0 ? 'more' : 'fewer';
    return `With one seed, the distilled student scores ${amount} ${direction} than the same student trained alone`;
  }
  switch (verdict(gain, 'higher')) {
    case 'better':
      return `Distillation makes the student ${amount} more accurate`;
    case 'worse':
      return `Distillation makes the student ${amount} less accurate`;
    case 'unclear':
      return 'Distillation makes no clear difference to the accuracy';
  }
}

/** The sentence under the headline: the evidence, then the price of the teacher. */
export function subline(report: RunReport): string {
  const gain = distillationGain(report, 'top1');
  const sentences: string[] = [];
  if (gain !== undefined && gain.count > 1) {
    const [low, high] = gain.interval.map((value) => fixed(value * 100, 2));
    sentences.push(
      `Top-1 on the ${report.split} split over ${gain.count} paired seeds: the 95 % confidence interval of the difference goes from ${low} to ${high} percentage points.`,
    );
  } else {
    sentences.push(
      `One seed on the ${report.split} split: how much another seed would change it is not known.`,
    );
  }
  const transfer = transferSentence(report);
  if (transfer !== undefined) sentences.push(transfer);
  const teacher = findNetwork(report, 'teacher');
  const student = findNetwork(report, 'distilled');
  if (teacher !== undefined && student !== undefined) sentences.push(...sizeSentence(teacher, student));
  return sentences.join(' ');
}

/** What was learned from what; undefined where all networks saw the same. */
export function transferSentence({ dataset, networks }: RunReport): string | undefined {
  const { train, transfer } = dataset.samples;
  if (transfer === train) return undefined;
  const students =
    networks.filter(({ role }) => role !== 'teacher').length > 1 ? 'both students' : 'the student';
  return `The teacher learned from ${train} labelled images, ${students} from ${transfer} of them.`;
}

/** No sentence where nothing can be compared. */
function sizeSentence(teacher: NetworkResult, student: NetworkResult): string[] {
  const times = (factor: number): string => significant(factor, factor < 10 ? 2 : 3);
  const facts: string[] = [];
  if (teacher.parameters !== undefined && student.parameters !== undefined) {
    facts.push(`has ${times(teacher.parameters / student.parameters)} times fewer parameters`);
  }
  if (teacher.latency !== undefined && student.latency !== undefined) {
    const factor = teacher.latency.medianMs / student.latency.medianMs;
    facts.push(
      factor >= 1 ? `answers ${times(factor)} times faster` : `answers ${times(1 / factor)} times slower`,
    );
  }
  return facts.length === 0 ? [] : [`The student ${facts.join(' and ')} than its teacher.`];
}
