import { mean, type Scalar, squaredDifference, sub, type Tensor } from '@tensorflow/tfjs-core';
import { detach } from 'kd-core';
import { type Method, noVariables, requireTeacher } from 'kd-train';

/**
 * The student's logits match the teacher's in mean squared error, without a temperature; the teacher is detached. Both are
 * centred, as a number added to all logits of a sample changes no probability.
 * J. Ba and R. Caruana, "Do Deep Nets Really Need to be Deep?", 2014, arXiv:1312.6184, equation 1.
 */
export function logitMatching({ teacher = 0 }: { teacher?: number } = {}): Method {
  return {
    name: 'logitMatching',
    config: { name: 'logitMatching', teacher },
    scalars: {},
    requires: { student: [], teachers: requireTeacher(teacher, { taps: [], sameClasses: true }) },
    init: () => noVariables,
    loss({ student, teachers, variables }) {
      const target = detach(centred(teachers[teacher]!.logits));
      const total = mean(squaredDifference(centred(student.logits), target)) as Scalar;
      return { total, terms: { logitMatching: total }, state: variables.state };
    },
  };
}

function centred(logits: Tensor): Tensor {
  return sub(logits, mean(logits, 1, true));
}
