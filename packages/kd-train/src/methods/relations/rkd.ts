import { relationalAngleLoss, relationalDistanceLoss } from 'kd-core';
import type { Method } from '../method.ts';
import { sampleRelation } from './sample-relation.ts';
import { addTerms, requireWeights } from './weighted-terms.ts';

export interface RkdOptions {
  /** Of the distance-wise loss, at least 0, which leaves it out. Default 25. */
  readonly distanceWeight?: number;
  /** Of the angle-wise loss, at least 0, which leaves it out. Default 50. */
  readonly angleWeight?: number;
  /** Default `pooled`. */
  readonly studentTap?: string;
  /** Default `pooled`; its length may differ from the student's. */
  readonly teacherTap?: string;
  /** Index of the teacher. Default 0. */
  readonly teacher?: number;
}

/**
 * Relational distillation: the distances between samples, in units of their mean, and the angles that they form, are to be the
 * teacher's. No gradient to the teacher. The terms `distance` and `angle` are reported. The angles of a batch of B take memory for
 * several tensors of B^3 values. The benchmark weight is 1. Park et al., 2019, arXiv:1904.05068.
 * Throws `INVALID_ARGUMENT` for weights that are negative, or both 0.
 */
export function rkd({
  distanceWeight = 25,
  angleWeight = 50,
  studentTap = 'pooled',
  teacherTap = 'pooled',
  teacher = 0,
}: RkdOptions = {}): Method {
  requireWeights({ distanceWeight, angleWeight });
  return sampleRelation({
    name: 'rkd',
    settings: { distanceWeight, angleWeight },
    studentTap,
    teacherTap,
    teacher,
    macs: (batch, studentSize, teacherSize) =>
      batch ** 2 *
      (studentSize + teacherSize) *
      ((distanceWeight > 0 ? 1 : 0) + (angleWeight > 0 ? batch : 0)),
    loss: (features) =>
      addTerms({
        distance: { weight: distanceWeight, compute: () => relationalDistanceLoss(features) },
        angle: { weight: angleWeight, compute: () => relationalAngleLoss(features) },
      }),
  });
}
