import { type Batch, type BatchSource, KdError, requireArgument } from 'kd-core';
import type { Method } from '../methods/method.ts';
import { type Teacher, teacherNetwork, teacherTitle } from './teacher.ts';

/** The view that a teacher is shown instead of the images, if any. */
export function teacherView(teacher: Teacher): string | undefined {
  return 'variables' in teacher ? teacher.view : undefined;
}

/** Every view that some teacher is shown, once. */
export function shownViews(teachers: readonly Teacher[]): readonly string[] {
  return [...new Set(teachers.map(teacherView).filter((view) => view !== undefined))];
}

/**
 * Throws `INVALID_ARGUMENT` when a teacher has no view of its own though `method` needs it, or one that `source` does not
 * give, `SHAPE_MISMATCH` when it takes other images than its view has, and `UNSUPPORTED` when the method shows it views itself.
 */
export function checkTeacherViews(
  { name, requires }: Method,
  source: Pick<BatchSource, 'views'>,
  teachers: readonly Teacher[],
): void {
  for (const [index, teacher] of teachers.entries()) {
    const network = teacherNetwork(teacher);
    const who = teacherTitle(index, network);
    const view = teacherView(teacher);
    requireArgument(
      view !== undefined || requires.teachers[index]?.otherView !== true,
      () =>
        `Method '${name}' teaches from one view of a sample to another, but ${who} is shown the images, as the student. Name its \`view\`.`,
    );
    if (view === undefined) continue;
    const shape = source.views?.[view];
    requireArgument(
      shape !== undefined,
      () =>
        `${who} is to be shown the view '${view}', but the source gives ${Object.keys(source.views ?? {}).join(', ') || 'none'}.`,
    );
    if (shape.join() !== network.inputShape.join()) {
      throw new KdError(
        'SHAPE_MISMATCH',
        `${who} takes images [${network.inputShape.join(', ')}], but the view '${view}' that it is shown has [${shape.join(', ')}].`,
      );
    }
    if ((requires.views ?? []).length > 0) {
      throw new KdError(
        'UNSUPPORTED',
        `Method '${name}' shows the views ${requires.views!.join(', ')} to all networks, but ${who} is to be shown '${view}' alone. Leave one of the two out.`,
      );
    }
  }
}

/** Throws `SHAPE_MISMATCH`, naming the batch, when it lacks a view that a teacher is shown, or has other images there. */
export function checkShownViews(
  { images, views = {} }: Batch,
  teachers: readonly Teacher[],
  at: { readonly epoch: number; readonly index: number },
): void {
  for (const [index, teacher] of teachers.entries()) {
    const view = teacherView(teacher);
    if (view === undefined) continue;
    const network = teacherNetwork(teacher);
    const tensor = views[view];
    const found = tensor === undefined ? 'nothing' : `${tensor.dtype} [${tensor.shape.join(', ')}]`;
    const expected = `float32 [${[images.shape[0]!, ...network.inputShape].join(', ')}]`;
    if (found === expected) continue;
    throw new KdError(
      'SHAPE_MISMATCH',
      `Batch ${at.index} of epoch ${at.epoch} has the view '${view}' as ${found}, but ${teacherTitle(index, network)} takes it as ${expected}, one image for each of the batch.`,
    );
  }
}
