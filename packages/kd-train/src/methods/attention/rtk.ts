import { requireArgument, type WeightSelection } from 'kd-core';
import type { Method } from '../method.ts';
import { attendedLayers } from './attended-layers.ts';
import type { LayerSimilarity } from './layer-attention.ts';

export interface RtkOptions {
  /** Maps of the student; one for each block is meant. */
  readonly studentTaps: readonly string[];
  /** Maps of the teacher; one for each block is meant. */
  readonly teacherTaps: readonly string[];
  /**
   * `student-query` (default): each student layer chooses among teacher layers. `teacher-query`: the other way round, as in
   * AFD, which it is with `select: 'none'`.
   */
  readonly direction?: 'student-query' | 'teacher-query';
  /** Which of the attention's weights stay. Default `threshold`. */
  readonly select?: WeightSelection['type'];
  /** With `select: 'threshold'`: weights of at least this many times the uniform one stay. At least 0. Default 1. */
  readonly threshold?: number;
  /** With `select: 'topk'`: how many weights stay. Default 1. */
  readonly count?: number;
  /** Default `bilinear`. */
  readonly similarity?: LayerSimilarity;
  /** Length of queries and keys. Default 128. */
  readonly dimension?: number;
  /** Index of the teacher. Default 0. */
  readonly teacher?: number;
}

/**
 * Representative teacher keys: each layer of the student chooses, sample by sample, the layers of the teacher whose spatial maps it is
 * to follow, and of those only the representative ones, with more than their share of the attention, are kept. Reconstructed
 * from the abstract as AFD with exchanged roles and a selection (`selectWeights`), because neither text nor code could be had.
 * The weight of AFD is 200. Yang, Kao and Huang, 2022, arXiv:2206.12788. Throws as `afd` does, and `INVALID_ARGUMENT` for
 * a threshold or count out of range.
 */
export function rtk({
  studentTaps,
  teacherTaps,
  direction = 'student-query',
  select = 'threshold',
  threshold = 1,
  count = 1,
  similarity = 'bilinear',
  dimension = 128,
  teacher = 0,
}: RtkOptions): Method {
  requireArgument(
    Number.isFinite(threshold) && threshold >= 0,
    () => `threshold must be finite and at least 0, got ${threshold}.`,
  );
  requireArgument(
    Number.isInteger(count) && count >= 1,
    () => `count must be a whole number of at least 1, got ${count}.`,
  );
  const selections: Readonly<Record<WeightSelection['type'], WeightSelection>> = {
    none: { type: 'none' },
    threshold: { type: 'threshold', share: threshold },
    topk: { type: 'topk', count },
  };
  requireArgument(
    Object.hasOwn(selections, select),
    () => `select must be one of ${Object.keys(selections).join(', ')}, got ${String(select)}.`,
  );
  return attendedLayers({
    name: 'rtk',
    config: {
      name: 'rtk',
      studentTaps,
      teacherTaps,
      direction,
      select,
      ...(select === 'threshold' && { threshold }),
      ...(select === 'topk' && { count }),
      similarity,
      dimension,
      teacher,
    },
    studentTaps,
    teacherTaps,
    dimension,
    direction,
    selection: selections[select],
    similarity,
    teacher,
  });
}
