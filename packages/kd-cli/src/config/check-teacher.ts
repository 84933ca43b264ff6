import type { ConfigProblem } from './describe-issues.ts';
import { isReadable } from './is-readable.ts';
import type { TeacherConfig } from './teacher-config.ts';
import { isOnnxTeacher } from './weights-file.ts';

/** What the keys of a teacher say together: a network and its weights, or how to train it, or an ONNX file. */
export function checkTeacher(teacher: TeacherConfig): ConfigProblem[] {
  return [
    ...checkOrigin(teacher),
    ...checkNetwork(teacher),
    ...checkWeights(teacher),
    ...checkCache(teacher),
  ];
}

function checkOrigin({ weights, training }: TeacherConfig): ConfigProblem[] {
  if ((weights === undefined) !== (training === undefined)) return [];
  const found = weights === undefined ? 'neither' : 'both';
  return [
    {
      path: 'teacher',
      message: `must have either 'weights' (a trained network) or 'training' (to train it first), got ${found}.`,
    },
  ];
}

function checkNetwork(teacher: TeacherConfig): ConfigProblem[] {
  const { model, onnx } = teacher;
  if (isOnnxTeacher(teacher)) {
    if (model === undefined) return [];
    return [
      {
        path: 'teacher.model',
        message: 'must be left out, because the .onnx file in teacher.weights is the whole network.',
      },
    ];
  }
  const problems: ConfigProblem[] = [];
  if (model === undefined) {
    problems.push({
      path: 'teacher.model',
      message: 'is missing; only a teacher whose weights are an .onnx file goes without.',
    });
  }
  if (onnx !== undefined) {
    problems.push({
      path: 'teacher.onnx',
      message: 'must be left out unless teacher.weights is an .onnx file.',
    });
  }
  return problems;
}

function checkWeights({ weights }: TeacherConfig): ConfigProblem[] {
  if (weights === undefined || isReadable(weights)) return [];
  return [
    { path: 'teacher.weights', message: `names a file that is not there or cannot be read: ${weights}` },
  ];
}

function checkCache({ cache, view }: TeacherConfig): ConfigProblem[] {
  if (cache === undefined || view === undefined) return [];
  return [
    {
      path: 'teacher.cache',
      message:
        'must be left out where the teacher is shown a view of its own: what is kept is of the images.',
    },
  ];
}
