import { add } from '@tensorflow/tfjs-core';
import { lowerSize, neuronSelectivityLoss, requireArgument } from 'kd-core';
import { type Method, type MethodShapes, noVariables } from '../method.ts';
import { requireTeacher } from '../requirements.ts';
import type { TapPair } from '../tap-series.ts';
import { type MapShape, mapShapes } from './feature-maps.ts';

export interface NstOptions {
  /** Which map of the student follows which map of the teacher; channels may differ. At least one pair. */
  readonly pairs: readonly TapPair[];
  /** Index of the teacher. Default 0. */
  readonly teacher?: number;
}

/**
 * Neuron selectivity transfer: where in the image the channels of a map are active, as a distribution over channels, is matched by its
 * maximum mean discrepancy, summed over the pairs. No gradient to the teacher. The benchmark weight is 50.
 * Huang and Wang, 2017, arXiv:1707.01219. Throws `INVALID_ARGUMENT` without pairs and, from `init`, `SHAPE_MISMATCH` for taps that
 * are no maps, or have equal heights and different widths.
 */
export function nst({ pairs, teacher = 0 }: NstOptions): Method {
  requireArgument(pairs.length > 0, () => 'pairs must name at least one pair of taps.');
  const shapesOf = (shapes: MethodShapes): { readonly student: MapShape; readonly teacher: MapShape }[] =>
    pairs.map((pair) =>
      mapShapes('nst', { studentTap: pair.student, teacherTap: pair.teacher, teacher }, shapes),
    );
  const positionsOf = (student: MapShape, teacher: MapShape): number => {
    const [height, width] = lowerSize([student[0], student[1]], [teacher[0], teacher[1]]);
    return height * width;
  };
  return {
    name: 'nst',
    config: { name: 'nst', pairs: pairs.map((pair) => [pair.student, pair.teacher]), teacher },
    scalars: {},
    requires: {
      student: pairs.map((pair) => pair.student),
      teachers: requireTeacher(teacher, { taps: pairs.map((pair) => pair.teacher), sameClasses: false }),
    },
    init(_key, shapes) {
      for (const { student, teacher } of shapesOf(shapes)) positionsOf(student, teacher);
      return noVariables;
    },
    macs: (shapes) =>
      shapesOf(shapes).reduce((macs, { student, teacher }) => {
        const [ours, theirs] = [student[2], teacher[2]];
        const products = ours ** 2 + theirs ** 2 + ours * theirs;
        return macs + (shapes.batchSize ?? 1) * positionsOf(student, teacher) * products;
      }, 0),
    loss({ student, teachers, variables }) {
      const total = pairs
        .map((pair) =>
          neuronSelectivityLoss({
            studentFeature: student.taps[pair.student]!,
            teacherFeature: teachers[teacher]!.taps[pair.teacher]!,
          }),
        )
        .reduce((sum, layer) => add(sum, layer));
      return { total, terms: { nst: total }, state: variables.state };
    },
  };
}
