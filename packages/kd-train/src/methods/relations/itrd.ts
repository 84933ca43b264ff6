import {
  KdError,
  type NetworkPart,
  representationCorrelationLoss,
  representationMutualInformationLoss,
  requireArgument,
} from 'kd-core';
import { type Method, noVariables } from '../method.ts';
import { requireTeacher } from '../requirements.ts';
import { linearHead } from './linear-head.ts';
import { addTerms, requireWeights } from './weighted-terms.ts';

export interface ItrdOptions {
  /** Of the correlation term, at least 0, which leaves it out. Default 2. */
  readonly correlationWeight?: number;
  /** Of the mutual information term, at least 0, which leaves it out. Default 1. */
  readonly mutualInformationWeight?: number;
  /** Of Renyi's entropy in the correlation term, above 0. Default 1.5. */
  readonly alpha?: number;
  /** A vector. Default `pooled`. */
  readonly studentTap?: string;
  /** A vector; its length may differ from the student's. Default `pooled`. */
  readonly teacherTap?: string;
  /** Index of the teacher. Default 0. */
  readonly teacher?: number;
}

/**
 * Information-theoretic representation distillation: each feature of the student, behind a trained linear head, correlates over the batch
 * with the same feature of the teacher, and the Gram matrices of the samples share their information. The head serves the
 * mutual information only where the vectors have different lengths, as in the released code. No gradient to the teacher. The terms
 * `correlation` and `mutualInformation` are reported. Miles, Lopez Rodriguez and Mikolajczyk, 2022, arXiv:2112.00459.
 * Throws `INVALID_ARGUMENT` for numbers out of their ranges and, from `init`, `SHAPE_MISMATCH` for taps that are no vectors.
 */
export function itrd({
  correlationWeight = 2,
  mutualInformationWeight = 1,
  alpha = 1.5,
  studentTap = 'pooled',
  teacherTap = 'pooled',
  teacher = 0,
}: ItrdOptions = {}): Method {
  requireWeights({ correlationWeight, mutualInformationWeight });
  requireArgument(
    Number.isFinite(alpha) && alpha > 0,
    () => `alpha must be a finite number above 0, got ${alpha}.`,
  );
  /** None where nothing would pass it. */
  const headOf = (
    studentShape: readonly number[],
    teacherShape: readonly number[],
  ): NetworkPart | undefined => {
    if (studentShape.length !== 1 || teacherShape.length !== 1) {
      throw new KdError(
        'SHAPE_MISMATCH',
        `itrd compares vectors, but '${studentTap}' of the student has shape [${studentShape.join(', ')}] and '${teacherTap}' of teacher ${teacher} [${teacherShape.join(', ')}]. Choose taps such as 'pooled'.`,
      );
    }
    return correlationWeight > 0 || studentShape[0] !== teacherShape[0]
      ? linearHead('itrd', studentShape, teacherShape[0]!)
      : undefined;
  };
  return {
    name: 'itrd',
    config: {
      name: 'itrd',
      correlationWeight,
      mutualInformationWeight,
      alpha,
      studentTap,
      teacherTap,
      teacher,
    },
    scalars: {},
    requires: {
      student: [studentTap],
      teachers: requireTeacher(teacher, { taps: [teacherTap], sameClasses: false }),
      smallestBatch: 2,
    },
    init: (key, { student, teachers }) =>
      headOf(student.taps[studentTap]!, teachers[teacher]!.taps[teacherTap]!)?.init(key) ?? noVariables,
    macs({ student, teachers, batchSize = 1 }) {
      const theirs = teachers[teacher]!.taps[teacherTap]!;
      const head = headOf(student.taps[studentTap]!, theirs)?.description.macs ?? 0;
      return batchSize * head + (mutualInformationWeight > 0 ? 2 * batchSize ** 2 * theirs[0]! : 0);
    },
    loss({ student, teachers, variables }) {
      const feature = student.taps[studentTap]!;
      const teacherFeature = teachers[teacher]!.taps[teacherTap]!;
      const head = headOf(feature.shape.slice(1), teacherFeature.shape.slice(1));
      const embedded = head?.apply(variables, feature, { train: true }).output ?? feature;
      const fits = feature.shape[1] === teacherFeature.shape[1];
      const parts = addTerms({
        correlation: {
          weight: correlationWeight,
          compute: () => representationCorrelationLoss({ studentFeature: embedded, teacherFeature, alpha }),
        },
        mutualInformation: {
          weight: mutualInformationWeight,
          compute: () =>
            representationMutualInformationLoss({
              studentFeature: fits ? feature : embedded,
              teacherFeature,
            }),
        },
      });
      return { ...parts, state: variables.state };
    },
  };
}
