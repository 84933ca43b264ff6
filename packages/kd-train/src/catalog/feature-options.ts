import type { TapSeries } from '../methods/tap-series.ts';
import type { OptionDescription } from './method-entry.ts';

/** Which teacher, of methods that have one. */
export const teacherIndex: OptionDescription = {
  kind: 'integer',
  minimum: 0,
  default: 0,
  about: 'which teacher, counted from 0',
};

export function tapPairs(series: TapSeries, from: string, about: string): OptionDescription {
  return { kind: 'pairs', series, default: `all ${series}, in order`, about, from };
}

export function lastMaps(from: string): {
  readonly studentTap: OptionDescription;
  readonly teacherTap: OptionDescription;
} {
  const place = { kind: 'tap', place: 'last stage', default: 'the last stage', from } as const;
  return {
    studentTap: { ...place, of: 'student', about: 'the map of the student' },
    teacherTap: { ...place, of: 'teacher', about: 'the map of the teacher that it follows' },
  };
}

/** Of a method that can be a stage of its own before the student learns its task. */
export function warmUpEpochs(epochs: number, from: string): OptionDescription {
  return {
    kind: 'integer',
    minimum: 0,
    default: epochs,
    about:
      'epochs in which the student learns by this alone, before everything else; 0 for beside the other terms',
    from,
  };
}
