import {
  div,
  matMul,
  maximum,
  mean,
  reshape,
  type Scalar,
  sqrt,
  square,
  squaredDifference,
  sum,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { detach } from 'kd-core';
import { type Method, noVariables } from 'kd-train';

/**
 * Images that are alike for the teacher shall be alike for the student: the mean squared difference of the two
 * [batch, batch] similarity matrices of a feature, rows of unit length; the teacher is detached.
 * F. Tung and G. Mori, "Similarity-Preserving Knowledge Distillation", 2019, arXiv:1907.09682, equations 1 to 4.
 */
export function similarityPreserving({ tap = 'stage2' }: { tap?: string } = {}): Method {
  return {
    name: 'similarityPreserving',
    config: { name: 'similarityPreserving', tap },
    scalars: {},
    requires: { student: [tap], teachers: [{ taps: [tap], sameClasses: false }] },
    init: () => noVariables,
    loss({ student, teachers, variables }) {
      const ofStudent = similarities(student.taps[tap]!);
      const ofTeacher = detach(similarities(teachers[0]!.taps[tap]!));
      // The mean over batch x batch entries is the paper's sum divided by the square of the batch size.
      const total = mean(squaredDifference(ofStudent, ofTeacher)) as Scalar;
      return { total, terms: { similarityPreserving: total }, state: variables.state };
    },
  };
}

function similarities(feature: Tensor): Tensor2D {
  const rows = reshape(feature, [feature.shape[0]!, -1]) as Tensor2D;
  const products = matMul(rows, rows, false, true);
  // A batch in which nothing is active has rows of length 0.
  return div(products, maximum(sqrt(sum(square(products), 1, true)), 1e-12));
}
