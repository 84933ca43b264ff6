import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { KdError, requireArgument } from '../errors.ts';
import { requireLayout } from '../shapes.ts';

export interface FeatureLists {
  readonly studentFeatures: readonly Tensor[];
  readonly teacherFeatures: readonly Tensor[];
}

/**
 * Student and teacher map of each layer. Throws `INVALID_ARGUMENT` for fewer than `atLeast` layers and `SHAPE_MISMATCH` for
 * lists of unequal length, features that are no maps, and batches that differ.
 */
export function pairedMaps(
  { studentFeatures, teacherFeatures }: FeatureLists,
  atLeast = 1,
): (readonly [student: Tensor4D, teacher: Tensor4D])[] {
  const [ours, theirs] = [studentFeatures.length, teacherFeatures.length];
  requireArgument(
    ours >= atLeast,
    () => `studentFeatures must have at least ${atLeast} layer(s), got ${ours}.`,
  );
  if (ours !== theirs) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `studentFeatures and teacherFeatures must have as many layers, got ${ours} and ${theirs}.`,
    );
  }
  return studentFeatures.map((student, layer) => {
    const teacher = teacherFeatures[layer]!;
    requireLayout(`studentFeatures[${layer}]`, student, ['batch', 'height', 'width', 'channels']);
    requireLayout(`teacherFeatures[${layer}]`, teacher, ['batch', 'height', 'width', 'channels']);
    if (student.shape[0] !== teacher.shape[0]) {
      throw new KdError(
        'SHAPE_MISMATCH',
        `studentFeatures[${layer}] has ${student.shape[0]} samples and teacherFeatures[${layer}] ${teacher.shape[0]}. Both must come from one batch.`,
      );
    }
    return [student as Tensor4D, teacher as Tensor4D];
  });
}
