import { KdError, requireArgument, type SingularVectorOrientation, singularValueTransferLoss } from 'kd-core';
import { type Method, type MethodShapes, noVariables } from '../method.ts';
import { requireTeacher } from '../requirements.ts';
import type { TapPair } from '../tap-series.ts';
import { type MapShape, mapShapes } from './feature-maps.ts';

export interface KdsvdOptions {
  /** Which map of the student follows which map of the teacher, from the input to the output. At least two pairs. */
  readonly pairs: readonly TapPair[];
  /**
   * `channels` (default): singular vectors over channels, whose numbers must agree. `width`: over the width, which must agree, as
   * mdistiller has it; channels may differ.
   */
  readonly orientation?: SingularVectorOrientation;
  /** Singular vectors of each map of the teacher, at least 1. Default 1. */
  readonly vectors?: number;
  /** Of the orthogonal iteration, at least 2. Default 8. */
  readonly iterations?: number;
  /** Index of the teacher. Default 0. */
  readonly teacher?: number;
}

/**
 * Distillation by singular value decomposition: how the leading singular vectors of a map relate to those of the map before. No gradient to
 * the teacher. The benchmark weight is 1. Lee, Kim and Song, 2018, arXiv:1807.06819.
 * Throws `INVALID_ARGUMENT` for fewer than two pairs or numbers out of their ranges and, from `init`, `SHAPE_MISMATCH` for taps that
 * are no maps, or differ in what `orientation` needs to agree.
 */
export function kdsvd({
  pairs,
  orientation = 'channels',
  vectors = 1,
  iterations = 8,
  teacher = 0,
}: KdsvdOptions): Method {
  requireArgument(
    pairs.length >= 2,
    () => `pairs must name at least two pairs of taps, got ${pairs.length}.`,
  );
  requireArgument(
    Number.isInteger(vectors) && vectors >= 1,
    () => `vectors must be a positive integer, got ${vectors}.`,
  );
  requireArgument(
    Number.isInteger(iterations) && iterations >= 2,
    () => `iterations must be an integer of at least 2, got ${iterations}.`,
  );
  const axis = orientation === 'channels' ? 2 : 1;
  const shapesOf = (shapes: MethodShapes): { readonly student: MapShape; readonly teacher: MapShape }[] =>
    pairs.map((pair) =>
      mapShapes('kdsvd', { studentTap: pair.student, teacherTap: pair.teacher, teacher }, shapes),
    );
  return {
    name: 'kdsvd',
    config: {
      name: 'kdsvd',
      pairs: pairs.map((pair) => [pair.student, pair.teacher]),
      orientation,
      vectors,
      iterations,
      teacher,
    },
    scalars: {},
    requires: {
      student: pairs.map((pair) => pair.student),
      teachers: requireTeacher(teacher, { taps: pairs.map((pair) => pair.teacher), sameClasses: false }),
    },
    init(_key, shapes) {
      shapesOf(shapes).forEach((pair, index) => {
        if (pair.student[axis] === pair.teacher[axis]) return;
        const { student, teacher: theirs } = pairs[index]!;
        throw new KdError(
          'SHAPE_MISMATCH',
          `kdsvd with the orientation '${orientation}' needs maps of equal ${orientation}, but '${student}' of the student is [${pair.student.join(', ')}] and '${theirs}' of teacher ${teacher} [${pair.teacher.join(', ')}]. Choose other taps or the other orientation.`,
        );
      });
      return noVariables;
    },
    macs: (shapes) =>
      shapesOf(shapes).reduce((macs, { student, teacher }) => {
        const size = student[axis];
        const grams = (sizeOf(student) + sizeOf(teacher)) * size;
        const products = size ** 2 * (2 * vectors + 3) * (iterations + 1);
        return macs + (shapes.batchSize ?? 1) * (grams + products);
      }, 0),
    loss({ student, teachers, variables }) {
      const total = singularValueTransferLoss({
        studentFeatures: pairs.map((pair) => student.taps[pair.student]!),
        teacherFeatures: pairs.map((pair) => teachers[teacher]!.taps[pair.teacher]!),
        orientation,
        vectors,
        iterations,
      });
      return { total, terms: { kdsvd: total }, state: variables.state };
    },
  };
}

function sizeOf([height, width, channels]: MapShape): number {
  return height * width * channels;
}
