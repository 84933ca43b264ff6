import { add, mul, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { KdError, softmaxRegressionLoss } from 'kd-core';
import { type Schedule, toSchedule } from '../../schedules/schedule.ts';
import type { Method } from '../method.ts';
import { requireTeacher } from '../requirements.ts';
import { classifierFeatures, classify, outputClassifier } from './classifier-variables.ts';
import { srrlConnector } from './srrl-connector.ts';

export interface SrrlOptions {
  /** A vector. Default `pooled`. */
  readonly studentTap?: string;
  /** The vector that the teacher's classifier reads. Default `pooled`. */
  readonly teacherTap?: string;
  /** Of the difference of the vectors. Default 1. */
  readonly featureWeight?: number | Schedule;
  /** Of the difference of the teacher's classifier's answers. Default 1. */
  readonly logitWeight?: number | Schedule;
  /** Index of the teacher. Default 0. */
  readonly teacher?: number;
}

/**
 * Softmax regression representation learning: the student's vector before the classifier, brought to the teacher's length by a
 * trained linear map with batch norm and ReLU, matches the teacher's, also in what the teacher's classifier answers to
 * it. The teacher's classifier and its features are detached; it must run inside of the step. The usual weight is 1, beside
 * the labels.
 * Yang, Martinez, Bulat and Tzimiropoulos, 2021, ICLR. Throws, from `init`, `SHAPE_MISMATCH` for taps that are no vectors, or
 * that the teacher's classifier does not read.
 */
export function srrl({
  studentTap = 'pooled',
  teacherTap = 'pooled',
  featureWeight = 1,
  logitWeight = 1,
  teacher = 0,
}: SrrlOptions = {}): Method {
  const connectorFor = (student: readonly number[], theirs: readonly number[]) => {
    if (student.length !== 1 || theirs.length !== 1) {
      throw new KdError(
        'SHAPE_MISMATCH',
        `srrl compares vectors, but '${studentTap}' of the student has shape [${student.join(', ')}] and '${teacherTap}' of teacher ${teacher} [${theirs.join(', ')}]. Choose the taps before the classifiers, as 'pooled'.`,
      );
    }
    return srrlConnector({ studentFeatures: student[0]!, teacherFeatures: theirs[0]! });
  };
  return {
    name: 'srrl',
    config: { name: 'srrl', studentTap, teacherTap, teacher },
    scalars: {
      featureWeight: toSchedule(featureWeight, 'featureWeight'),
      logitWeight: toSchedule(logitWeight, 'logitWeight'),
    },
    requires: {
      student: [studentTap],
      teachers: requireTeacher(teacher, { taps: [teacherTap], sameClasses: false, classifier: true }),
    },
    init(key, { student, teachers }) {
      const theirs = teachers[teacher]!;
      classifierFeatures(theirs, teacherTap, `teacher ${teacher}`);
      return connectorFor(student.taps[studentTap]!, theirs.taps[teacherTap]!).init(key);
    },
    macs({ student, teachers, batchSize = 1 }) {
      const theirs = teachers[teacher]!;
      const connector = connectorFor(student.taps[studentTap]!, theirs.taps[teacherTap]!);
      const classifier = theirs.taps[teacherTap]![0]! * theirs.classes;
      return batchSize * (connector.description.macs + classifier);
    },
    loss({ student, teachers, variables, scalars }) {
      const theirs = teachers[teacher]!;
      const feature: Tensor = student.taps[studentTap]!;
      const teacherFeature: Tensor = theirs.taps[teacherTap]!;
      const connector = connectorFor(feature.shape.slice(1), teacherFeature.shape.slice(1));
      const { output, state } = connector.apply(variables, feature, { train: true });
      const terms = softmaxRegressionLoss({
        studentFeature: output,
        teacherFeature,
        studentLogits: classify(outputClassifier(theirs), output),
        teacherLogits: theirs.logits,
      });
      const total = add(mul(terms.feature, scalars.featureWeight!), mul(terms.logit, scalars.logitWeight!));
      return { total: total as Scalar, terms: { feature: terms.feature, logit: terms.logit }, state };
    },
  };
}
