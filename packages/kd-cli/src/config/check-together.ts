import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { KdError, type Model } from 'kd-core';
import { checkTeacher } from './check-teacher.ts';
import type { DistillConfig, ModelConfig } from './config.ts';
import { createModelFrom } from './create-model.ts';
import type { ConfigProblem } from './describe-issues.ts';
import { tapsOfTerm } from './taps-of-term.ts';
import { isOnnxTeacher } from './weights-file.ts';

/** What single keys cannot tell: values that do not go together, and files that are not there. Paths are absolute. */
export function checkTogether(config: DistillConfig): ConfigProblem[] {
  return [
    ...checkSplit(config),
    ...checkTeacher(config.teacher),
    ...checkModels(config),
    ...checkFiles(config),
  ];
}

function checkSplit({ dataset, split }: DistillConfig): ConfigProblem[] {
  const ownTest =
    dataset.name === 'cifar100'
      ? 'because CIFAR-100 has test samples of its own.'
      : dataset.name === 'idx' && dataset.test !== undefined
        ? 'because dataset.test names files of test samples.'
        : undefined;
  if (ownTest !== undefined && split?.test !== undefined) {
    return [{ path: 'split.test', message: `must be left out, ${ownTest}` }];
  }
  const sum = (split?.validation ?? 0) + (split?.test ?? 0);
  if (sum < 1) return [];
  return [
    { path: 'split', message: `must leave samples to train on, but validation and test add up to ${sum}.` },
  ];
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

function checkFiles({ dataset, teacher }: DistillConfig): ConfigProblem[] {
  const files: (readonly [string, string | undefined])[] = [['teacher.weights', teacher.weights]];
  if (dataset.name === 'idx') {
    files.push(
      ['dataset.train.images', dataset.train.images],
      ['dataset.train.labels', dataset.train.labels],
    );
    files.push(['dataset.test.images', dataset.test?.images], ['dataset.test.labels', dataset.test?.labels]);
  }
  if (dataset.name === 'cifar100') {
    for (const part of ['train.bin', 'test.bin']) files.push(['dataset.folder', join(dataset.folder, part)]);
  }
  return files.flatMap(([path, file]) => {
    if (file === undefined || isReadable(file)) return [];
    return [{ path, message: missing(dataset, file) }];
  });
}

function missing(dataset: DistillConfig['dataset'], file: string): string {
  if (dataset.name !== 'cifar100' || !file.endsWith('.bin')) {
    return `names a file that is not there or cannot be read: ${file}`;
  }
  return `must hold the binary version of CIFAR-100 (cifar-100-binary.tar.gz, unpacked), but this cannot be read: ${file}`;
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
