import { KdError, requireArgument } from 'kd-core';
import { deployedStudent } from '../methods/deployed-student.ts';
import { toGradientClipping } from '../step/gradient-clipping.ts';
import { toLossScale } from '../step/loss-scale.ts';
import { averageDecay } from '../step/weight-averaging.ts';
import { teacherNetwork, teacherTitle } from '../teachers/teacher.ts';
import { checkShownViews, checkTeacherViews, teacherView } from '../teachers/teacher-views.ts';
import { checkBatch } from './check-batch.ts';
import { checkStages, stageMethods } from './check-method.ts';
import { checkVariables } from './check-variables.ts';
import { checkMonitors } from './monitors/monitors.ts';
import { toNonFinite } from './non-finite.ts';
import { resumption } from './resumption.ts';
import { checkSelection } from './selection.ts';
import type { TrainingOptions } from './training-options.ts';

/** Refuses, before anything is compiled or written, options that cannot make a run. Reads the first batch. */
export async function checkOptions(options: TrainingOptions): Promise<void> {
  const { student, teachers = [], method, source, validation, checkpoint, resume } = options;
  checkCount('epochs', options.epochs);
  checkCount('steps', options.steps);
  checkCount('checkpoint.every', checkpoint?.every);
  checkCount('checkpoint.keep', checkpoint?.keep);
  checkCount('validation.every', validation?.every);
  checkCount('accumulation', options.accumulation);
  if (options.lossScale !== undefined) toLossScale(options.lossScale);
  if (options.gradientClipping !== undefined) toGradientClipping(options.gradientClipping);
  if (options.averaging !== undefined) averageDecay(options.averaging);
  toNonFinite(options.nonFinite, options.lossScale);
  checkSelection(options.select, options.earlyStopping, validation !== undefined);
  checkMonitors(options.monitors ?? {}, student);
  requireArgument(
    (options.epochs === undefined) !== (options.steps === undefined),
    () => 'Give the length of the run as either epochs or steps.',
  );
  requireArgument(
    resumption(resume) === undefined || checkpoint !== undefined,
    () => 'resume needs a checkpoint storage to continue from.',
  );
  requireArgument(
    source.stepsPerEpoch >= 1,
    () =>
      `The source gives no batch: ${source.length} samples in batches of ${source.batchSize}. Lower the batch size or keep short batches.`,
  );
  requireArgument(
    source.pads !== true,
    () =>
      'The source fills its last batch up with samples that do not count. In training they would: batch norm takes its statistics, and losses of relations compare samples, over the whole batch. Leave the last batch out (dropLast), or keep it short.',
  );
  for (const [index, teacher] of teachers.entries()) {
    const network = teacherNetwork(teacher);
    const seesImages = teacherView(teacher) === undefined;
    if (seesImages && network.inputShape.join() !== student.inputShape.join()) {
      throw new KdError(
        'SHAPE_MISMATCH',
        `${teacherTitle(index, network)} takes images [${network.inputShape.join(', ')}], but the student '${student.name}' takes [${student.inputShape.join(', ')}].`,
      );
    }
    if ('variables' in teacher) checkVariables(`teacher ${index}`, teacher.model, teacher.variables);
  }
  if (options.studentVariables !== undefined)
    checkVariables('the student', student, options.studentVariables);
  const networks = teachers.map(teacherNetwork);
  checkStages(method, { student, teachers: networks, source });
  const first = await source.batch(0, 0);
  for (const each of stageMethods(method)) {
    checkTeacherViews(each, source, teachers);
    checkBatch(first, student, { epoch: 0, index: 0 }, each.requires.views);
  }
  checkShownViews(first, teachers, { epoch: 0, index: 0 });
  if (validation !== undefined) {
    const { model } = deployedStudent(method, { student, teachers: networks });
    checkBatch(await validation.source.batch(0, 0), model, { epoch: 0, index: 0 });
  }
}

function checkCount(name: string, value: number | undefined): void {
  requireArgument(
    value === undefined || (Number.isInteger(value) && value >= 1),
    () => `${name} must be a positive integer, got ${value}.`,
  );
}
