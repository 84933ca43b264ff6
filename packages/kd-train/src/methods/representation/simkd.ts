import { mean, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { adaptiveAveragePool, hintLoss } from 'kd-core';
import type { Method } from '../method.ts';
import { requireTeacher } from '../requirements.ts';
import { classifierFeatures, classify, outputClassifier } from './classifier-variables.ts';
import { simkdDeployment } from './simkd-deployment.ts';
import { type SimkdProjector, simkdProjector } from './simkd-projector.ts';

export interface SimkdOptions {
  /** A map. */
  readonly studentTap: string;
  /** The map whose means the teacher's classifier reads. */
  readonly teacherTap: string;
  /** By how much the projector's channels are fewer than the teacher's. Default 2. */
  readonly factor?: number;
  /** Index of the teacher. Default 0. */
  readonly teacher?: number;
}

/**
 * SimKD: the student's last map, through a trained projector, matches the teacher's in mean squared error, and the
 * teacher's classifier then answers for the student, whose own is not used. What is deployed is the student up to the tap, the projector
 * and the teacher's classifier; the accuracy in training is that network's. The higher map is first pooled to the lower one's
 * size. The teacher's map is detached; it must run inside of the step. No other loss is needed, not even the labels.
 * Chen, Mei, Zhang, Wang, Feng and Chen, 2022, arXiv:2203.14001. Throws, from `init`, as `simkdProjector` does, and
 * `SHAPE_MISMATCH` for a teacher's tap whose channels its classifier does not read.
 */
export function simkd({ studentTap, teacherTap, factor = 2, teacher = 0 }: SimkdOptions): Method {
  const projectorFor = (student: readonly number[], theirs: readonly number[]): SimkdProjector =>
    simkdProjector({ studentShape: student, teacherShape: theirs, factor });
  return {
    name: 'simkd',
    config: { name: 'simkd', studentTap, teacherTap, factor, teacher },
    scalars: {},
    requires: {
      student: [studentTap],
      teachers: requireTeacher(teacher, { taps: [teacherTap], sameClasses: true, classifier: true }),
    },
    init(key, { student, teachers }) {
      const theirs = teachers[teacher]!;
      const { part } = projectorFor(student.taps[studentTap]!, theirs.taps[teacherTap]!);
      classifierFeatures(theirs, teacherTap, `teacher ${teacher}`);
      return part.init(key);
    },
    macs({ student, teachers, batchSize = 1 }) {
      const theirs = teachers[teacher]!;
      const { part } = projectorFor(student.taps[studentTap]!, theirs.taps[teacherTap]!);
      return batchSize * (part.description.macs + theirs.taps[teacherTap]![2]! * theirs.classes);
    },
    loss({ student, teachers, variables }) {
      const theirs = teachers[teacher]!;
      const map = student.taps[studentTap]! as Tensor4D;
      const target = theirs.taps[teacherTap]! as Tensor4D;
      const { size, part } = projectorFor(map.shape.slice(1), target.shape.slice(1));
      const { output, state } = part.apply(variables, adaptiveAveragePool(map, size), { train: true });
      const total = hintLoss({
        studentFeature: output,
        teacherFeature: adaptiveAveragePool(target, size),
      });
      const logits = classify(outputClassifier(theirs), mean<Tensor>(output, [1, 2]));
      return { total, terms: { simkd: total }, state, logits };
    },
    deploy: ({ student, teachers }) =>
      simkdDeployment({
        student,
        teacher: { index: teacher, network: teachers[teacher]! },
        studentTap,
        teacherTap,
        factor,
      }),
  };
}
