import { KdError } from 'kd-core';
import { type TapPair, type Tapped, tapSeries } from '../methods/tap-series.ts';
import type { HintPoints } from './hint-points.ts';

/**
 * The pairs of a method that takes hints: the first hint point teaches the first of `student`'s taps, by default the ends of
 * its stages, and so on. `student` is a list of taps, or a network: `model.summary()`.
 * Throws `SHAPE_MISMATCH` naming both lists when there are not as many.
 */
export function pairHintPoints(
  { taps, teacher }: Pick<HintPoints, 'taps' | 'teacher'>,
  student: Tapped | readonly string[],
): TapPair[] {
  const ours = isList(student) ? student : tapSeries(student, 'stages');
  if (ours.length !== taps.length) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `There are ${taps.length} hint points of '${teacher.name}' (${taps.join(', ')}) and ${ours.length} points of the student (${ours.join(', ')}). Select as many clusters, or give the student's taps.`,
    );
  }
  return ours.map((tap, place) => ({ student: tap, teacher: taps[place]! }));
}

function isList(student: Tapped | readonly string[]): student is readonly string[] {
  return Array.isArray(student);
}
