import { KdError } from 'kd-core';
import type { MethodShapes } from '../method.ts';
import type { FeaturePair } from './sample-relation.ts';

/** [height, width, channels] */
export type MapShape = readonly [height: number, width: number, channels: number];

/** The shapes of the taps of a pair. Throws `SHAPE_MISMATCH`, naming both, unless they are maps [height, width, channels]. */
export function mapShapes(
  method: string,
  { studentTap, teacherTap, teacher }: FeaturePair,
  { student, teachers }: MethodShapes,
): { readonly student: MapShape; readonly teacher: MapShape } {
  const ours = student.taps[studentTap]!;
  const theirs = teachers[teacher]!.taps[teacherTap]!;
  if (ours.length !== 3 || theirs.length !== 3) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `${method} needs feature maps [height, width, channels], but '${studentTap}' of the student has shape [${ours.join(', ')}] and '${teacherTap}' of teacher ${teacher} [${theirs.join(', ')}].`,
    );
  }
  return { student: ours as unknown as MapShape, teacher: theirs as unknown as MapShape };
}
