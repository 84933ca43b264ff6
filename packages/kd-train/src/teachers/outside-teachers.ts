import { type Batch, type FrozenModelOutput, isFrozenModel } from 'kd-core';
import type { Method } from '../methods/method.ts';
import { runFrozenModel } from './run-frozen-model.ts';
import { type Teacher, teacherNetwork, teacherTitle } from './teacher.ts';

/** What the teachers that run outside of the step give for a batch, by the index of the teacher. */
export type TeacherOutputs = Readonly<Record<string, FrozenModelOutput>>;

/** Runs those of `teachers` that run outside of the step, for what `method` reads of them. Throws what they throw. */
export function outsideTeachers(
  teachers: readonly Teacher[],
  { requires }: Method,
): (batch: Batch, at: { readonly epoch: number; readonly index: number }) => Promise<TeacherOutputs> {
  const outside = teachers.flatMap((teacher, position) => {
    const model = teacherNetwork(teacher);
    if (!isFrozenModel(model)) return [];
    return [{ model, position, taps: requires.teachers[position]?.taps ?? [] }];
  });
  return async ({ images, indices, variant }, { epoch, index }) => {
    const samples = variant === undefined ? undefined : { indices, variant };
    const outputs: Record<string, FrozenModelOutput> = {};
    for (const { model, position, taps } of outside) {
      const who = `${teacherTitle(position, model)} at batch ${index} of epoch ${epoch}`;
      outputs[position] = await runFrozenModel(model, images, { taps, who, samples });
    }
    return outputs;
  };
}
