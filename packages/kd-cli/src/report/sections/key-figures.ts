import { summarize } from '../../statistics/summary.ts';
import { milliseconds, percent, quantity, signed } from '../../text/format-number.ts';
import { html, type Markup } from '../html.ts';
import type { RunReport } from '../report-data.ts';
import { distillationGain, findNetwork, valuesOf, verdict } from '../results.ts';

interface Figure {
  readonly name: string;
  readonly value: string;
  readonly unit: string;
  readonly context: string;
  readonly tone?: string;
}

/** The handful of numbers a reader takes away. */
export function keyFigures(report: RunReport): Markup {
  return html`<dl class="figures">${figuresOf(report).map(
    ({ name, value, unit, context, tone }) =>
      html`<div><dt>${name}</dt><dd class="value"><span class="${tone ?? ''}">${value}</span> <small>${unit}</small></dd><dd class="context">${context}</dd></div>`,
  )}</dl>`;
}

function figuresOf(report: RunReport): Figure[] {
  const figures: Figure[] = [];
  const distilled = findNetwork(report, 'distilled');
  const teacher = findNetwork(report, 'teacher');
  if (distilled !== undefined) {
    const top1 = summarize(valuesOf(distilled, 'top1')).mean;
    const teacherTop1 = teacher && summarize(valuesOf(teacher, 'top1')).mean;
    figures.push({
      name: 'Top-1 of the distilled student',
      value: percent(top1, 2),
      unit: '%',
      context: teacherTop1 === undefined ? '' : `teacher ${percent(teacherTop1, 2)} %`,
    });
  }
  const gain = distillationGain(report, 'top1');
  if (gain !== undefined) {
    figures.push({
      name: 'Gain over training alone',
      value: signed(gain.mean * 100, 2),
      unit: 'points',
      context: gain.count > 1 ? `${gain.count} paired seeds` : 'one seed',
      tone: verdict(gain, 'higher'),
    });
  }
  if (distilled?.parameters !== undefined && teacher !== undefined) {
    figures.push({
      name: 'Parameters',
      value: quantity(distilled.parameters),
      unit: '',
      context: teacher.parameters === undefined ? '' : `teacher ${quantity(teacher.parameters)}`,
    });
  }
  if (distilled?.latency !== undefined) {
    figures.push({
      name: 'Latency, median',
      value: milliseconds(distilled.latency.medianMs),
      unit: 'ms',
      context: teacher?.latency === undefined ? '' : `teacher ${milliseconds(teacher.latency.medianMs)} ms`,
    });
  }
  return figures;
}
