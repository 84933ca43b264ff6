import { probabilisticTransferLoss } from 'kd-core';
import type { Method } from '../method.ts';
import { gramMacs, sampleRelation } from './sample-relation.ts';

export interface PktOptions {
  /** Default `pooled`. */
  readonly studentTap?: string;
  /** Default `pooled`; its length may differ from the student's. */
  readonly teacherTap?: string;
  /** Index of the teacher. Default 0. */
  readonly teacher?: number;
}

/**
 * Probabilistic knowledge transfer: which samples are neighbours, as probabilities made of cosine similarities. No gradient to the
 * teacher. The benchmark weight is 30000, as the divergence is averaged over all pairs.
 * Passalis and Tefas, 2018, arXiv:1803.10837.
 */
export function pkt({ studentTap = 'pooled', teacherTap = 'pooled', teacher = 0 }: PktOptions = {}): Method {
  return sampleRelation({
    name: 'pkt',
    settings: {},
    studentTap,
    teacherTap,
    teacher,
    macs: gramMacs,
    loss(features) {
      const total = probabilisticTransferLoss(features);
      return { total, terms: { pkt: total } };
    },
  });
}
