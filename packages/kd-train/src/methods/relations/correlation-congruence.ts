import { correlationCongruenceLoss, requireArgument } from 'kd-core';
import type { Method } from '../method.ts';
import { neighbourCorrelation } from './neighbour-correlation.ts';
import { gramMacs, sampleRelation } from './sample-relation.ts';

export interface CorrelationCongruenceOptions {
  /**
   * `paper` (default): the squared distance of the kernel matrices. `torchdistill`: the distance, not squared. `repdistiller`: the
   * CRD benchmark's products of neighbouring samples behind two trained linear heads, which is another loss.
   */
  readonly variant?: 'paper' | 'torchdistill' | 'repdistiller';
  /** Default `gaussian`. Not of `repdistiller`. */
  readonly kernel?: 'gaussian' | 'bilinear';
  /** Width of the Gaussian kernel, above 0. Default 0.4. */
  readonly gamma?: number;
  /** Highest power of its Taylor series, at least 1. Default 2. */
  readonly order?: number;
  /** Whether the kernel sees features of length 1. Default true, but false for `torchdistill`, as in its code. */
  readonly normalize?: boolean;
  /** Units of the heads of `repdistiller`. Default 128. */
  readonly embeddingSize?: number;
  /** Default `pooled`. */
  readonly studentTap?: string;
  /** Default `pooled`; its length may differ from the student's. */
  readonly teacherTap?: string;
  /** Index of the teacher. Default 0. */
  readonly teacher?: number;
}

/**
 * Correlation congruence: a kernel between the samples of a batch gives the same matrix for student and teacher. No gradient to the
 * teacher. The benchmark weight, 0.02, belongs to `repdistiller`. Peng et al., 2019, arXiv:1904.01802.
 * Throws `INVALID_ARGUMENT` for numbers out of their ranges and, from `init`, `SHAPE_MISMATCH` for heads on taps that are no vectors.
 */
export function correlationCongruence({
  variant = 'paper',
  kernel = 'gaussian',
  gamma = 0.4,
  order = 2,
  normalize = variant !== 'torchdistill',
  embeddingSize = 128,
  studentTap = 'pooled',
  teacherTap = 'pooled',
  teacher = 0,
}: CorrelationCongruenceOptions = {}): Method {
  const name = 'correlationCongruence';
  if (variant === 'repdistiller') {
    return neighbourCorrelation({
      name,
      settings: { variant },
      embeddingSize,
      studentTap,
      teacherTap,
      teacher,
    });
  }
  requireArgument(
    Number.isFinite(gamma) && gamma > 0,
    () => `gamma must be a finite number above 0, got ${gamma}.`,
  );
  requireArgument(
    Number.isInteger(order) && order >= 1,
    () => `order must be a positive integer, got ${order}.`,
  );
  return sampleRelation({
    name,
    settings: { variant, kernel, gamma, order, normalize },
    studentTap,
    teacherTap,
    teacher,
    macs: gramMacs,
    loss(features) {
      const total = correlationCongruenceLoss({
        ...features,
        variant: variant === 'paper' ? 'paper' : 'reference',
        kernel,
        gamma,
        order,
        normalize,
      });
      return { total, terms: { [name]: total } };
    },
  });
}
