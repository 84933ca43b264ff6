import { statSync } from 'node:fs';
import { KdError, type Model } from 'kd-core';
import { checkAugmentation } from './check-augmentation.ts';
import { checkDataset } from './check-dataset.ts';
import { checkTeacher } from './check-teacher.ts';
import { checkTraining } from './check-training.ts';
import { checkUpdates } from './check-updates.ts';
import type { DistillConfig } from './config.ts';
import { createModelFrom } from './create-model.ts';
import type { ConfigProblem } from './describe-issues.ts';
import type { ModelConfig } from './model-config.ts';
import { tapsOfTerm } from './taps-of-term.ts';
import { isOnnxTeacher } from './weights-file.ts';

/** What single keys cannot tell: values that do not go together, and files that are not there. Paths are absolute. */
export function checkTogether(config: DistillConfig): ConfigProblem[] {
  return [
    ...checkDataset(config),
    ...checkAugmentation(config),
    ...checkTeacher(config.teacher),
    ...checkTraining(config),
    ...checkUpdates(config),
    ...checkStudy(config),
    ...checkModels(config),
  ];
}

function checkStudy({ teacher, study, epochs }: DistillConfig): ConfigProblem[] {
  const { liveTeacherEpochs = 0, page } = study ?? {};
  const problems: ConfigProblem[] = [];
  if (liveTeacherEpochs > 0 && teacher.cache === undefined) {
    problems.push({
      path: 'study.liveTeacherEpochs',
      message: 'must be left out without teacher.cache: the teacher runs in every step then anyway.',
    });
  } else if (liveTeacherEpochs > epochs) {
    problems.push({
      path: 'study.liveTeacherEpochs',
      message: `must not be above epochs (${epochs}), the length of the training that is repeated, got ${liveTeacherEpochs}.`,
    });
  }
  if (page !== undefined && isFolder(page)) {
    problems.push({ path: 'study.page', message: `must be a file to write, but is a folder: ${page}` });
  }
  return problems;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** What a network lets methods read; `owner` is where the names come from. */
interface Taps {
  readonly owner: string;
  readonly names: readonly string[];
}

function checkModels(config: DistillConfig): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const build = (path: string, model: ModelConfig): Model | undefined => {
    try {
      // Any size of image will do here: the data set is not read yet.
      return createModelFrom(model, { classes: 10, inputShape: [32, 32, 3] });
    } catch (error) {
      if (!KdError.isInstance(error)) throw error;
      problems.push({ path, message: `does not describe a network: ${error.message}` });
      return undefined;
    }
  };
  const tapsOf = (model: Model | undefined): Taps | undefined =>
    model && { owner: model.name, names: Object.keys(model.summary().taps) };
  const student = tapsOf(build('student.model', config.student.model));
  const { model, onnx } = config.teacher;
  const teacher = isOnnxTeacher(config.teacher)
    ? { owner: 'teacher.onnx.taps', names: Object.keys(onnx?.taps ?? {}) }
    : tapsOf(model === undefined ? undefined : build('teacher.model', model));
  const requireTap = (path: string, tap: string, taps: Taps | undefined): void => {
    if (taps === undefined || taps.names.includes(tap)) return;
    const known = taps.names.length === 0 ? 'which names none' : taps.names.join(', ');
    problems.push({ path, message: `must be a tap of ${taps.owner} (${known}), got '${tap}'.` });
  };
  config.method.forEach((term, index) => {
    const path = `method[${index}]`;
    if (term.name === 'marginCrossEntropy') {
      if (student === undefined || student.names.includes('embedding')) return;
      const message = `must be used with a face network, which ends in cosines, such as 'pocketnets-128'; the student is ${student.owner}.`;
      problems.push({ path: `${path}.name`, message });
      return;
    }
    for (const { key, network, tap } of tapsOfTerm(term)) {
      requireTap(`${path}.${key}`, tap, network === 'student' ? student : teacher);
    }
  });
  return problems;
}
