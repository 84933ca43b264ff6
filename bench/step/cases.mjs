import { createModel } from 'kd-models';

/** What every case has in common; `learningRate` is small enough that untrained networks stay finite. */
export const settings = {
  batchSize: 64,
  inputShape: [32, 32, 3],
  classes: 100,
  learningRate: 0.01,
  momentum: 0.9,
  weightDecay: 5e-4,
  temperature: 4,
  labelWeight: 0.1,
  teacherWeight: 0.9,
};

const PAIRS = [
  ['resnet56', 'resnet20'],
  ['resnet32x4', 'resnet8x4'],
  ['wrn-40-2', 'wrn-16-2'],
  ['vgg13', 'vgg8'],
];

/**
 * Students of depthwise convolutions. In their fifty batch norms rounding grows so fast that images changed by 1e-6 give
 * second losses that differ by 1e-3, so only the first are compared.
 */
const DEPTHWISE = ['shufflenetv2', 'mobilenetv2-half'];

/**
 * The steps that are compared. `student` cases are forward, backward and update; `teacher` cases the forward pass
 * of a frozen network; `kd` cases both, with Hinton's loss.
 */
export const cases = [
  ...PAIRS.map(([, student]) => ({ name: `${student} step`, kind: 'student', student })),
  ...DEPTHWISE.map((student) => ({ name: `${student} step`, kind: 'student', student, comparedSteps: 1 })),
  ...PAIRS.map(([teacher]) => ({ name: `${teacher} forward`, kind: 'teacher', teacher })),
  ...PAIRS.map(([teacher, student]) => ({ name: `${teacher} to ${student}`, kind: 'kd', teacher, student })),
];

export function modelOf(name) {
  const { classes, inputShape } = settings;
  return createModel(name, { classes, inputShape });
}

/** Floating-point operations of one step: 2 a multiply-accumulate, and a backward pass costs two forward ones. */
export function operationsOf({ teacher, student }) {
  const forward = (name) => (name === undefined ? 0 : 2 * settings.batchSize * modelOf(name).summary().macs);
  return forward(teacher) + 3 * forward(student);
}
