import type { Tensor4D } from '@tensorflow/tfjs-core';
import { isFrozenModel } from 'kd-core';
import type { NetworkOutput } from '../methods/method.ts';
import { networkShapes } from '../teachers/teacher.ts';
import type { StepBatch, TrainingStepOptions } from './training-step.ts';

/** What all teachers give for a batch. */
export interface TeacherPass {
  /** For the images, or the view that each is shown instead. */
  readonly teachers: readonly NetworkOutput[];
  /** For each of the views that the method requires, in their order. */
  readonly views: readonly (readonly NetworkOutput[])[];
}

/** The teachers' forward pass in evaluation mode; those that run outside of the step have their outputs among the arguments. */
export function teacherPass({
  teachers,
  teacherViews: shownViews = [],
  method,
}: Pick<TrainingStepOptions, 'teachers' | 'teacherViews' | 'method'>): (batch: StepBatch) => TeacherPass {
  const teacherShapes = teachers.map(networkShapes);
  return ({ teachers: teacherVariables, teacherOutputs = {}, batch }) => {
    const taught = (images: Tensor4D): readonly NetworkOutput[] =>
      teachers.map((teacher, index) => {
        if (isFrozenModel(teacher)) return teacherOutputs[index]!;
        const variables = teacherVariables[index]!;
        const view = shownViews[index];
        const seen = view === undefined ? images : batch.views![view]!;
        const { logits, taps } = teacher.apply(variables, seen, { train: false });
        return { logits, taps, variables, shapes: teacherShapes[index]! };
      });
    return {
      teachers: taught(batch.images),
      views: (method.requires.views ?? []).map((view) => taught(batch.views![view]!)),
    };
  };
}
