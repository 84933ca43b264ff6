import { type BatchSource, isFrozenModel, KdError, type Model, requireArgument } from 'kd-core';
import type { Method } from '../methods/method.ts';
import { type TeacherNetwork, teacherTitle } from '../teachers/teacher.ts';

/**
 * Throws `INVALID_ARGUMENT` or `SHAPE_MISMATCH` when the batches of `source` are not what `method` needs: too small, not
 * all of one size, without the views that it compares, mixtures where it takes each image for one sample.
 */
export function checkSource(
  { name, requires }: Method,
  source: BatchSource,
  { student, teachers }: { readonly student: Model; readonly teachers: readonly TeacherNetwork[] },
): void {
  const { smallestBatch = 1, fullBatches = false, views = [] } = requires;
  const { length, batchSize } = source;
  const last = length % batchSize === 0 ? batchSize : length % batchSize;
  const batches = `${length} samples in batches of ${batchSize}`;
  requireArgument(
    Math.min(batchSize, length) >= smallestBatch,
    () => `Method '${name}' compares samples and needs batches of at least ${smallestBatch}, got ${batches}.`,
  );
  requireArgument(
    last >= smallestBatch,
    () =>
      `Method '${name}' compares samples and needs batches of at least ${smallestBatch}, but of ${batches} the last has ${last}. Leave it out with dropLast, or choose another batch size.`,
  );
  requireArgument(
    !fullBatches || last === batchSize,
    () =>
      `Method '${name}' has parameters for each place of a batch, so that all batches must be of one size, but of ${batches} the last has ${last}. Leave it out with dropLast.`,
  );
  requireArgument(
    source.mixes !== true || !(requires.singleLabels === true || requires.samples === true),
    () =>
      `Method '${name}' ${requires.samples === true ? 'remembers something of each sample' : 'takes the label for the class of all of an image'}, but the source mixes two samples in each image (mixup, CutMix). Leave out the mixing, or teach with a method that takes both labels, such as crossEntropy and hinton.`,
  );
  for (const view of views) {
    const shape = source.views?.[view];
    requireArgument(
      shape !== undefined,
      () =>
        `Method '${name}' needs the view '${view}' of each sample, but the source gives ${Object.keys(source.views ?? {}).join(', ') || 'none'}.`,
    );
    if (shape.join() !== student.inputShape.join()) {
      throw new KdError(
        'SHAPE_MISMATCH',
        `The view '${view}' has images [${shape.join(', ')}], but the student '${student.name}' takes [${student.inputShape.join(', ')}].`,
      );
    }
  }
  const outside = teachers.findIndex(isFrozenModel);
  if (views.length > 0 && outside >= 0) {
    throw new KdError(
      'UNSUPPORTED',
      `Method '${name}' shows several views to the teachers, which must run inside of the step then, but ${teacherTitle(outside, teachers[outside]!)} runs by itself. Open the file as a differentiable model.`,
    );
  }
}
