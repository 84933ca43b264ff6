import { type Batch, foldIn, isFrozenModel } from 'kd-core';
import { methodShapes } from '../step/training-state.ts';
import { outsideTeachers, type TeacherOutputs } from '../teachers/outside-teachers.ts';
import { teacherNetwork } from '../teachers/teacher.ts';
import { checkShownViews } from '../teachers/teacher-views.ts';
import { type BatchStream, batchStream } from './batch-stream.ts';
import { checkBatch } from './check-batch.ts';
import { checkMixture } from './check-mixture.ts';
import type { Draws } from './device-run.ts';
import type { StagePlan } from './stage.ts';
import type { TrainingOptions } from './training-options.ts';

/** A batch, and what comes with it: what the teachers outside of the step say of it, and what the method draws. */
export interface TaughtBatch {
  readonly batch: Batch;
  readonly teacherOutputs: TeacherOutputs;
  readonly draws: Draws;
  /** Wall time of the source, drawing included. */
  readonly dataMilliseconds: number;
  /** Wall time of the teachers outside of the step. */
  readonly teacherMilliseconds: number;
}

/** The number of the key that methods draw by. */
const DRAWS = 0;

/** The batches of a stage, checked. */
export function taughtBatches(
  { student, source, teachers = [] }: TrainingOptions,
  { method, key }: StagePlan,
): BatchStream<TaughtBatch> {
  const teach = outsideTeachers(teachers, method);
  const isTaught = teachers.some((teacher) => isFrozenModel(teacherNetwork(teacher)));
  const shapes = methodShapes(student, teachers.map(teacherNetwork), source);
  const drawKey = foldIn(key, DRAWS);
  return batchStream(source.stepsPerEpoch, async (at) => {
    const asked = performance.now();
    const batch = await source.batch(at.epoch, at.index);
    checkBatch(batch, student, at, method.requires.views);
    checkMixture(batch, student, at, source.mixes);
    checkShownViews(batch, teachers, at);
    const step = at.epoch * source.stepsPerEpoch + at.index;
    const draws = method.draw?.({ key: foldIn(drawKey, step), batch, shapes }) ?? {};
    const assembled = performance.now();
    const teacherOutputs = await teach(batch, at);
    return {
      batch,
      draws,
      teacherOutputs,
      dataMilliseconds: assembled - asked,
      // Where nobody is asked, it would be the time until a busy event loop comes back.
      teacherMilliseconds: isTaught ? performance.now() - assembled : 0,
    };
  });
}
