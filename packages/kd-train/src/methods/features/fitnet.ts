import type { Tensor4D } from '@tensorflow/tfjs-core';
import { hintLoss } from 'kd-core';
import type { Method } from '../method.ts';
import { requireTeacher } from '../requirements.ts';
import { type HintRegressor, hintRegressor } from './hint-regressor.ts';
import { inWarmUp } from './in-warm-up.ts';

export interface FitnetOptions {
  /** Default `stage2`, the hint layer of the benchmarks. */
  readonly studentTap?: string;
  /** Default `stage2`. */
  readonly teacherTap?: string;
  /**
   * Epochs in which the student learns by the hint alone, before everything else, as in the paper. Default 0: the hint
   * is learned beside the other terms, as in the benchmarks.
   */
  readonly warmUpEpochs?: number;
  /** Index of the teacher. Default 0. */
  readonly teacher?: number;
}

/**
 * FitNets: the student's feature, through a trained convolutional regressor (see `hintRegressor`), matches the
 * teacher's feature in mean squared error over all elements; no gradient to the teacher. One stage, together with
 * the other terms, as in the benchmarks, whose weight is 100; or a stage of its own with `warmUpEpochs`.
 * Romero et al., 2015, arXiv:1412.6550, equation 3.
 * `init` throws `SHAPE_MISMATCH` when no regressor maps one shape to the other.
 */
export function fitnet({
  studentTap = 'stage2',
  teacherTap = 'stage2',
  warmUpEpochs = 0,
  teacher = 0,
}: FitnetOptions = {}): Method {
  const regressorOf = (studentShape: readonly number[], teacherShape: readonly number[]): HintRegressor =>
    hintRegressor({ studentShape, teacherShape });
  return inWarmUp(warmUpEpochs, {
    name: 'fitnet',
    config: { name: 'fitnet', studentTap, teacherTap, teacher },
    scalars: {},
    requires: {
      student: [studentTap],
      teachers: requireTeacher(teacher, { taps: [teacherTap], sameClasses: false }),
    },
    init: (key, { student, teachers }) =>
      regressorOf(student.taps[studentTap]!, teachers[teacher]!.taps[teacherTap]!).init(key),
    macs: ({ student, teachers, batchSize = 1 }) =>
      batchSize * regressorOf(student.taps[studentTap]!, teachers[teacher]!.taps[teacherTap]!).macs,
    loss({ student, teachers, variables }) {
      const feature = student.taps[studentTap] as Tensor4D;
      const hint = teachers[teacher]!.taps[teacherTap] as Tensor4D;
      const regressor = regressorOf(feature.shape.slice(1), hint.shape.slice(1));
      const { output, state } = regressor.apply(variables, feature);
      const total = hintLoss({ studentFeature: output, teacherFeature: hint });
      return { total, terms: { fitnet: total }, state };
    },
  });
}
