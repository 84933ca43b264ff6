import type { Tensor4D } from '@tensorflow/tfjs-core';
import { attentionTransferLoss, KdError, requireArgument } from 'kd-core';
import { type Method, noVariables } from '../method.ts';
import { requireTeacher } from '../requirements.ts';

export interface AttentionTransferOptions {
  /** Which tap of the student follows which tap of the teacher; feature maps. At least one pair. */
  readonly pairs: readonly { readonly student: string; readonly teacher: string }[];
  /** `reference` (default) follows the authors' code, `paper` the paper's equation. */
  readonly variant?: 'reference' | 'paper';
  /** Exponent on the absolute activations, at least 1. Default 2. */
  readonly power?: number;
  /** Index of the teacher. Default 0. */
  readonly teacher?: number;
}

/**
 * Attention transfer: the normalised spatial maps of channel-wise activation energy are matched, summed over the
 * pairs; no gradient to the teacher. The benchmark weight is 1000 for `reference`.
 * Zagoruyko and Komodakis, 2017, arXiv:1612.03928, equation 2. Throws `INVALID_ARGUMENT` without pairs and, from
 * `init`, `SHAPE_MISMATCH` for a tap that is no feature map.
 */
export function attentionTransfer({
  pairs,
  variant = 'reference',
  power = 2,
  teacher = 0,
}: AttentionTransferOptions): Method {
  requireArgument(pairs.length > 0, () => 'pairs must name at least one pair of taps.');
  requireArgument(
    power >= 1 && Number.isFinite(power),
    () => `power must be finite and at least 1, got ${power}.`,
  );
  return {
    name: 'attentionTransfer',
    config: {
      name: 'attentionTransfer',
      pairs: pairs.map((pair) => [pair.student, pair.teacher]),
      variant,
      power,
      teacher,
    },
    scalars: {},
    requires: {
      student: pairs.map((pair) => pair.student),
      teachers: requireTeacher(teacher, { taps: pairs.map((pair) => pair.teacher), sameClasses: false }),
    },
    init(_key, shapes) {
      for (const pair of pairs) {
        requireMap(`'${pair.student}' of the student`, shapes.student.taps[pair.student]!);
        requireMap(`'${pair.teacher}' of teacher ${teacher}`, shapes.teachers[teacher]!.taps[pair.teacher]!);
      }
      return noVariables;
    },
    loss({ student, teachers, variables }) {
      const total = attentionTransferLoss({
        studentFeatures: pairs.map((pair) => student.taps[pair.student] as Tensor4D),
        teacherFeatures: pairs.map((pair) => teachers[teacher]!.taps[pair.teacher] as Tensor4D),
        variant,
        power,
      });
      return { total, terms: { attentionTransfer: total }, state: variables.state };
    },
  };
}

function requireMap(tap: string, shape: readonly number[]): void {
  if (shape.length === 3) return;
  throw new KdError(
    'SHAPE_MISMATCH',
    `Attention transfer needs feature maps [height, width, channels], but the tap ${tap} has shape [${shape.join(', ')}].`,
  );
}
