import type { Tensor } from '@tensorflow/tfjs-core';
import { classActivationMaps, classAttentionLoss, KdError, requireArgument } from 'kd-core';
import type { Method, NetworkOutput, NetworkShapes } from '../method.ts';
import { requireTeacher } from '../requirements.ts';
import { classifierFeatures, outputClassifier } from './classifier-variables.ts';

export interface CatKdOptions {
  /** The map whose means the student's classifier reads. */
  readonly studentTap: string;
  /** The map whose means the teacher's classifier reads. */
  readonly teacherTap: string;
  /** Height and width that activation maps are averaged to. Default 2. */
  readonly resolution?: number;
  /** Whether each map is divided by its length. Default true. */
  readonly normalize?: boolean;
  /** Whether the teacher's maps become 1 above their mean and 0 elsewhere. Default false. */
  readonly binarize?: boolean;
  /** Compare the classes that the teacher answers most strongly, this many. Default all. */
  readonly topClasses?: number;
  /** Index of the teacher. Default 0. */
  readonly teacher?: number;
}

/**
 * Class attention transfer: where the student sees each class, the teacher should see it. Activation maps are what the
 * classifiers answer at each position of the last map, at a low resolution, without their biases, which have no place.
 * The teacher's are detached; gradients flow into the student's map and its classifier. Both networks must average their
 * last map and end in one linear layer, and the teacher must run inside of the step. The usual weight is 0.7 to 15 without
 * `normalize`, and up to 600 with it.
 * Guo, Yan, Li and Lin, 2023, arXiv:2304.12777. Throws, from `init`, `SHAPE_MISMATCH` for taps that are no maps, or whose
 * channels the classifier does not read.
 */
export function catKD({
  studentTap,
  teacherTap,
  resolution = 2,
  normalize = true,
  binarize = false,
  topClasses,
  teacher = 0,
}: CatKdOptions): Method {
  requireArgument(
    Number.isInteger(resolution) && resolution > 0,
    () => `resolution must be a positive integer, got ${resolution}.`,
  );
  requireArgument(
    topClasses === undefined || (Number.isInteger(topClasses) && topClasses > 0),
    () => `topClasses must be a positive integer, got ${topClasses}.`,
  );
  const selected = topClasses === undefined ? {} : { topClasses };
  return {
    name: 'catKD',
    config: { name: 'catKD', studentTap, teacherTap, resolution, normalize, binarize, ...selected, teacher },
    scalars: {},
    requires: {
      student: [studentTap],
      studentClassifier: true,
      teachers: requireTeacher(teacher, { taps: [teacherTap], sameClasses: true, classifier: true }),
    },
    init(_key, { student, teachers }) {
      requireMap(student, studentTap, 'the student');
      requireMap(teachers[teacher]!, teacherTap, `teacher ${teacher}`);
      requireArgument(
        topClasses === undefined || topClasses <= student.classes,
        () => `topClasses must be at most the ${student.classes} classes, got ${topClasses}.`,
      );
      return { params: {}, state: {} };
    },
    macs({ student, teachers, batchSize = 1 }) {
      const answers = ({ taps, classes }: NetworkShapes, tap: string): number =>
        taps[tap]!.reduce((size, each) => size * each, classes);
      return batchSize * (answers(student, studentTap) + answers(teachers[teacher]!, teacherTap));
    },
    loss({ student, teachers, variables }) {
      const theirs = teachers[teacher]!;
      const maps = (output: NetworkOutput, tap: string): Tensor =>
        classActivationMaps(output.taps[tap]!, outputClassifier(output).kernel);
      const total = classAttentionLoss({
        studentMaps: maps(student, studentTap),
        teacherMaps: maps(theirs, teacherTap),
        resolution,
        normalize,
        binarize,
        ...selected,
        teacherLogits: theirs.logits,
      });
      return { total, terms: { catKD: total }, state: variables.state };
    },
  };
}

function requireMap(network: NetworkShapes, tap: string, whose: string): void {
  const shape = network.taps[tap]!;
  if (shape.length !== 3) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `catKD needs the map before the pooling, but the tap '${tap}' of ${whose} has shape [${shape.join(', ')}].`,
    );
  }
  classifierFeatures(network, tap, whose);
}
