import { reshape, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { KdError } from '../errors.ts';
import { detach } from '../ops/detach.ts';
import { formatShape } from '../shapes.ts';

/** What relations between samples are computed from: features of any shape, sizes and channels may differ. */
export interface SamplePairs {
  /** [batch, ...] */
  readonly studentFeature: Tensor;
  /** [batch, ...], as many samples; detached. */
  readonly teacherFeature: Tensor;
}

/**
 * Both features with one row a sample, the teacher's detached. Throws `SHAPE_MISMATCH`, naming both shapes, unless they are
 * [batch, ...] with the same number of samples, and not empty.
 */
export function sampleRows({ studentFeature, teacherFeature }: SamplePairs): {
  readonly student: Tensor2D;
  readonly teacher: Tensor2D;
} {
  const usable = [studentFeature, teacherFeature].every(({ rank, size }) => rank >= 2 && size > 0);
  if (!usable || studentFeature.shape[0] !== teacherFeature.shape[0]) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `studentFeature and teacherFeature must be [batch, ...] of the same samples and not empty, got ${formatShape(studentFeature)} and ${formatShape(teacherFeature)}.`,
    );
  }
  const rows = (x: Tensor): Tensor2D => reshape(x, [x.shape[0]!, x.size / x.shape[0]!]);
  return { student: rows(studentFeature), teacher: detach(rows(teacherFeature)) };
}
