import { KdError } from '../errors.ts';
import { formatShape } from '../shapes.ts';
import type { HostTensor } from '../trees/host-tensor.ts';
import { predictedClasses, requireLogits } from './labelled-logits.ts';

export interface AgreementOptions {
  /** float32 [count, classes] of the student, unnormalised. */
  readonly student: HostTensor;
  /** The same of the teacher, for the same samples in the same order. */
  readonly teacher: HostTensor;
}

/** How faithfully a student says what its teacher says, right or wrong (Stanton et al., 2021, arXiv:2106.05945, section 3). */
export interface Agreement {
  /** Samples. */
  readonly count: number;
  /** Fraction of samples, 0 to 1, for which both predict the same class. */
  readonly agreement: number;
  /** KL divergence of the student's probabilities from the teacher's, KL(teacher || student), in nats, a mean over samples. */
  readonly divergence: number;
}

/**
 * In float64, at temperature 1. Of equal logits the first class is predicted. Throws `SHAPE_MISMATCH` naming both unless the shapes
 * are equal, `INVALID_ARGUMENT` for no samples, `NON_FINITE` for logits that are not finite.
 */
export function teacherAgreement({ student, teacher }: AgreementOptions): Agreement {
  if (student.shape.join() !== teacher.shape.join()) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `student and teacher must be logits of the same samples and classes, got ${formatShape(student)} and ${formatShape(teacher)}.`,
    );
  }
  const size = requireLogits('student', student);
  requireLogits('teacher', teacher);
  const { count, classes } = size;
  const ofTeacher = predictedClasses(teacher, size);
  const ofStudent = predictedClasses(student, size);
  let [equal, divergence] = [0, 0];
  for (let sample = 0; sample < count; sample++) {
    if (ofTeacher[sample] === ofStudent[sample]) equal += 1;
    const start = sample * classes;
    const logTeacher = logProbabilities(teacher, start, { classes, best: ofTeacher[sample]! });
    const logStudent = logProbabilities(student, start, { classes, best: ofStudent[sample]! });
    let sum = 0;
    for (let index = 0; index < classes; index++) {
      const log = logTeacher(index);
      sum += Math.exp(log) * (log - logStudent(index));
    }
    // Rounding can make the divergence of equal distributions a little negative.
    divergence += Math.max(0, sum);
  }
  return { count, agreement: equal / count, divergence: divergence / count };
}

/** Of the row that begins at `start`, whose highest logit is that of the class `best`. */
function logProbabilities(
  { data }: HostTensor,
  start: number,
  { classes, best }: { readonly classes: number; readonly best: number },
): (index: number) => number {
  const highest = data[start + best]!;
  let total = 0;
  for (let index = start; index < start + classes; index++) total += Math.exp(data[index]! - highest);
  const logTotal = Math.log(total);
  return (index) => data[start + index]! - highest - logTotal;
}
