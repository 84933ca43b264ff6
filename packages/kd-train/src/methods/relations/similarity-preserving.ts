import { similarityPreservingLoss } from 'kd-core';
import type { Method } from '../method.ts';
import { gramMacs, sampleRelation } from './sample-relation.ts';

export interface SimilarityPreservingOptions {
  /** A feature of any shape; the benchmarks take the map after the last stage. */
  readonly studentTap: string;
  /** Its size may differ from the student's. */
  readonly teacherTap: string;
  /** Index of the teacher. Default 0. */
  readonly teacher?: number;
}

/**
 * Similarity-preserving distillation: samples that are similar to the teacher are to be similar to the student. No gradient to the
 * teacher. The benchmark weight is 3000. Tung and Mori, 2019, arXiv:1907.09682.
 */
export function similarityPreserving({
  studentTap,
  teacherTap,
  teacher = 0,
}: SimilarityPreservingOptions): Method {
  return sampleRelation({
    name: 'similarityPreserving',
    settings: {},
    studentTap,
    teacherTap,
    teacher,
    macs: gramMacs,
    loss(features) {
      const total = similarityPreservingLoss(features);
      return { total, terms: { similarityPreserving: total } };
    },
  });
}
