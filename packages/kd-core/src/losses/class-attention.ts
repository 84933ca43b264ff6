import {
  abs,
  cast,
  div,
  greater,
  matMul,
  mean,
  mul,
  oneHot,
  reshape,
  type Scalar,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  topk,
  transpose,
} from '@tensorflow/tfjs-core';
import { KdError, requireArgument } from '../errors.ts';
import { adaptiveAveragePool } from '../ops/adaptive-average-pool.ts';
import { detach } from '../ops/detach.ts';
import { l2Normalize } from '../ops/l2-normalize.ts';
import { formatShape, requireLayout } from '../shapes.ts';

/**
 * Class activation maps (Zhou et al., 2016, arXiv:1512.04150): what a linear classifier behind global average pooling
 * answers at each position. `feature` [batch, height, width, channels], `kernel` [channels, classes]; result
 * [batch, height, width, classes], whose mean over positions is the logits without their bias.
 * Throws `SHAPE_MISMATCH` unless the kernel takes the channels of the feature.
 */
export function classActivationMaps(feature: Tensor, kernel: Tensor): Tensor4D {
  requireLayout('feature', feature, ['batch', 'height', 'width', 'channels']);
  const [batch, height, width, channels] = (feature as Tensor4D).shape;
  requireLayout('kernel', kernel, ['channels', 'classes']);
  if (kernel.shape[0] !== channels) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `kernel must be [${channels}, classes] for the feature ${formatShape(feature)}, got ${formatShape(kernel)}.`,
    );
  }
  const answers = matMul(reshape(feature, [-1, channels]) as Tensor2D, kernel as Tensor2D);
  return reshape(answers, [batch, height, width, kernel.shape[1]!]);
}

export interface ClassAttentionOptions {
  /** [batch, height, width, classes]. */
  readonly studentMaps: Tensor;
  /** [batch, height, width, classes], of any height and width; detached. */
  readonly teacherMaps: Tensor;
  /** Height and width that maps are averaged to. */
  readonly resolution: number;
  /** Whether each map is divided by its length, at least 1e-12; true unless given. */
  readonly normalize?: boolean;
  /** Whether the teacher's maps become 1 where they exceed the mean of their absolute values, and else 0; false unless given. */
  readonly binarize?: boolean;
  /** Compare only this many classes of each sample, those that the teacher answers most strongly; all unless given. */
  readonly topClasses?: number;
  /** [batch, classes]: the teacher's answers, by which `topClasses` go; the means of its maps unless given. */
  readonly teacherLogits?: Tensor;
}

/**
 * Class attention transfer (Guo, Yan, Li and Lin, 2023, "Class Attention Transfer Based Knowledge Distillation",
 * arXiv:2304.12777): the mean squared difference of class activation maps, averaged to a low resolution,
 * over samples, positions and the classes that are compared.
 * Throws `SHAPE_MISMATCH` for maps of different batches or classes, `INVALID_ARGUMENT` for numbers out of range.
 */
export function classAttentionLoss({
  studentMaps,
  teacherMaps,
  resolution,
  normalize = true,
  binarize = false,
  topClasses,
  teacherLogits,
}: ClassAttentionOptions): Scalar {
  requireMaps(studentMaps, teacherMaps);
  const [batch, , , classes] = studentMaps.shape as [number, number, number, number];
  const prepare = (maps: Tensor): Tensor => {
    const pooled = adaptiveAveragePool(maps, [resolution, resolution]);
    const byClass = reshape(transpose(pooled, [0, 3, 1, 2]), [batch, classes, -1]);
    return normalize ? l2Normalize(byClass, 'classAttentionLoss') : byClass;
  };
  const frozen = detach(teacherMaps);
  const target = prepare(binarize ? aboveMean(frozen) : frozen);
  const difference = sub(prepare(studentMaps), target);
  const squares = mul(difference, difference);
  if (topClasses === undefined) return mean(squares);
  requireArgument(
    Number.isInteger(topClasses) && topClasses > 0 && topClasses <= classes,
    () => `topClasses must be an integer from 1 to the ${classes} classes, got ${topClasses}.`,
  );
  const answers = teacherLogits ?? mean(frozen, [1, 2]);
  const { indices } = topk(detach(answers), topClasses, true);
  const chosen = sum(oneHot(indices as Tensor2D, classes, 1, 0, 'float32'), 1);
  return div(mean(mul(squares, reshape(chosen, [batch, classes, 1]))), topClasses / classes);
}

function aboveMean(maps: Tensor): Tensor {
  return cast(greater(maps, mean(abs(maps), [1, 2], true)), 'float32');
}

function requireMaps(student: Tensor, teacher: Tensor): void {
  requireLayout('studentMaps', student, ['batch', 'height', 'width', 'classes']);
  requireLayout('teacherMaps', teacher, ['batch', 'height', 'width', 'classes']);
  if (student.shape[0] === teacher.shape[0] && student.shape[3] === teacher.shape[3]) return;
  throw new KdError(
    'SHAPE_MISMATCH',
    `studentMaps and teacherMaps must agree in batch and classes, got ${formatShape(student)} and ${formatShape(teacher)}.`,
  );
}
